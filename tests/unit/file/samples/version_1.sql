-- A fleet as version 1 of the schema stored it.
PRAGMA application_id = 1701013092;
PRAGMA user_version = 1;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY,
    value ANY NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES('commits',2);
CREATE TABLE devices (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE COLLATE NOCASE,
    membership TEXT NOT NULL
) STRICT;
INSERT INTO devices VALUES(1,'device-1','{"namespace":"plant-1","state":"known"}');
INSERT INTO devices VALUES(2,'device-2','{"namespace":"plant-1","state":"known"}');
CREATE TABLE reported (
    number INTEGER PRIMARY KEY REFERENCES devices ON DELETE CASCADE,
    status TEXT NOT NULL
) STRICT;
INSERT INTO reported VALUES(1,'{"phase":"up"}');
INSERT INTO reported VALUES(2,'{"phase":"up"}');
CREATE TABLE hardware (
    number INTEGER PRIMARY KEY REFERENCES devices ON DELETE CASCADE,
    packed BLOB NOT NULL
) STRICT;
INSERT INTO hardware VALUES(1,X'7061636b65642031000000');
INSERT INTO hardware VALUES(2,X'7061636b65642032000000');
CREATE TABLE heard (
    number INTEGER PRIMARY KEY REFERENCES devices ON DELETE CASCADE,
    at INTEGER NOT NULL
) STRICT;
INSERT INTO heard VALUES(1,1700000000);
INSERT INTO heard VALUES(2,1700000000);
CREATE TABLE heard_journal (
    id INTEGER PRIMARY KEY,
    entries BLOB NOT NULL
) STRICT;
INSERT INTO heard_journal VALUES(2,X'0100000064f1536500000000');
CREATE TABLE renderings (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    content ANY NOT NULL,
    workloads TEXT NOT NULL -- names, as a JSON array
) STRICT;
INSERT INTO renderings VALUES(1,X'a8bed1ee5701a7d4bd4c84c19dabc7a3d07fafa175b1aa7230a65594673838c5','{"workloads":[]}','["agent","probe"]');
CREATE TABLE stale (
    number INTEGER PRIMARY KEY REFERENCES devices ON DELETE CASCADE,
    rendering INTEGER NOT NULL REFERENCES renderings
) STRICT;
INSERT INTO stale VALUES(2,1);
CREATE TABLE manifest_files (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    content BLOB NOT NULL -- SHA-256 of the file's bytes
) STRICT;
INSERT INTO manifest_files VALUES(1,'fleet/a.yaml',X'9bd9f55ba5c42514511116c47de450a79cc279c2435ee61e4b712f691cdbd521');
CREATE TABLE manifest_objects (
    file INTEGER NOT NULL REFERENCES manifest_files ON DELETE CASCADE,
    position INTEGER NOT NULL,
    line INTEGER NOT NULL,
    text ANY NOT NULL,
    PRIMARY KEY (file, position)
) STRICT;
INSERT INTO manifest_objects VALUES(1,0,1,'{"kind":"Secret"}');
INSERT INTO manifest_objects VALUES(1,1,11,'{"kind":"EdgeDevice"}');
CREATE TABLE objects (
    kind TEXT NOT NULL,
    ns TEXT NOT NULL,
    name TEXT NOT NULL,
    text ANY NOT NULL,
    PRIMARY KEY (kind, ns, name)
) STRICT;
INSERT INTO objects VALUES('Secret','plant-1','s','{"kind":"Secret"}');
CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    sequence INTEGER NOT NULL,
    type TEXT NOT NULL,
    kind TEXT NOT NULL,
    ns TEXT NOT NULL,
    name TEXT NOT NULL,
    reason TEXT NOT NULL,
    message TEXT NOT NULL,
    source TEXT NOT NULL,
    count INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL
) STRICT;
INSERT INTO events VALUES(1,3,'Warning','EdgeDevice','plant-1','device-1','Reason','a message','device',3,1000000005,1003000005);
CREATE INDEX stale_rendering ON stale (rendering);
COMMIT;
