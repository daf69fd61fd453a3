//! <ecp/provider.h> for Rust: as much of it as a provider needs that nobody administers. Each device call
//! waits for a thread of the provider's own and is answered there. The sizes below are compared with the
//! header's by layout.c.

mod workers;

use std::ffi::c_void;
use std::mem::size_of;
use std::os::raw::c_char;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::ptr::null;
use std::time::Duration;

use workers::Workers;

pub const ABI_MINOR: u32 = 0;

#[allow(dead_code)] // a store may need those that the template does not
#[derive(Clone, Copy)]
#[repr(i32)]
pub enum Status {
    Ok = 0,
    Cancelled = 1,
    Invalid = 2,
    NotFound = 3,
    Exists = 4,
    Denied = 6,
    Deadline = 8,
    Busy = 9,
    Unavailable = 10,
    Precondition = 12,
    Corrupt = 13,
    Internal = 14,
    Created = 15,
    Removed = 16,
}

#[allow(dead_code)]
pub mod level {
    pub const INFO: i32 = 2;
    pub const WARN: i32 = 3;
    pub const ERROR: i32 = 4;
}

#[allow(dead_code)]
pub mod health {
    pub const OK: i32 = 1;
    pub const DOWN: i32 = 3;
}

const DISPATCH_NONBLOCKING: u32 = 1;
const CONCURRENCY_ANY: u32 = 0xffff_ffff;

// ---- the header's structs ---------------------------------------------------------------------

#[derive(Clone, Copy)]
#[repr(C)]
struct Str {
    ptr: *const u8,
    len: u64,
}

#[repr(C)]
struct Kv {
    key: Str,
    value: Str,
}

#[repr(C)]
struct RawRequest {
    struct_size: u32,
    flags: u32,
    deadline_ns: u64,
    ns: Str,
    device_id: Str,
    body: Str,
    trace: Str,
}

#[repr(C)]
struct RawResult {
    struct_size: u32,
    status: i32,
    parts: *const Str,
    n_parts: u64,
    revision: Str,
    message: Str,
    next_page: Str,
    retry_after_ms: u32,
    flags: u32,
    details: *const Kv,
    n_details: u64,
}

#[repr(C)]
pub struct HostTable {
    struct_size: u32,
    abi_minor: u32,
    now_ns: unsafe extern "C" fn() -> u64,
    complete: unsafe extern "C" fn(u64, *const RawResult),
    is_cancelled: unsafe extern "C" fn(u64) -> i32,
    log_enabled: unsafe extern "C" fn(u64, i32) -> i32,
    log: unsafe extern "C" fn(u64, i32, u64, *const Str, *const Kv, u64),
    set_health: unsafe extern "C" fn(u64, i32, *const Str),
    metric_register: unsafe extern "C" fn(u64, i32, *const Str, *const Str) -> u32,
    metric_record: unsafe extern "C" fn(u64, u32, f64),
    get_extension: unsafe extern "C" fn(u64, *const c_char) -> *const c_void,
}

type Diag = unsafe extern "C" fn(*mut c_void, i32, *const Str, *const Str);
type Operation = unsafe extern "C" fn(*mut c_void, u64);
type Call = unsafe extern "C" fn(*mut c_void, *const RawRequest, u64);
type Validate = unsafe extern "C" fn(*const HostTable, *const Str, Diag, *mut c_void) -> i32;
type Create = unsafe extern "C" fn(
    *const HostTable,
    u64,
    *const Str,
    Diag,
    *mut c_void,
    *mut *mut c_void,
) -> i32;

#[repr(C)]
pub struct ProviderTable {
    struct_size: u32,
    abi_minor: u32,
    id: *const c_char,
    version: *const c_char,
    vendor: *const c_char,
    config_schema: *const c_char,
    dispatch: u32,
    max_concurrency: u32,
    flags: u32,
    reserved0: u32,
    validate: Option<Validate>,
    create: Option<Create>,
    start: Option<Operation>,
    reconfigure: Option<unsafe extern "C" fn(*mut c_void, *const Str, u64)>,
    stop: Option<Operation>,
    destroy: Option<unsafe extern "C" fn(*mut c_void)>,
    cancel: Option<Operation>,
    get_extension: Option<unsafe extern "C" fn(*mut c_void, *const c_char) -> *const c_void>,
    get_configuration: Option<Call>,
    enrol: Option<Call>,
    get_registration: Option<Call>,
    put_registration: Option<Call>,
    put_heartbeat: Option<Call>,
    get_playbooks: Option<Call>,
}

// SAFETY: constant, and all that it points to is, too.
unsafe impl Sync for ProviderTable {}

const _: () = assert!(
    size_of::<Str>() == 16
        && size_of::<Kv>() == 32
        && size_of::<RawRequest>() == 80
        && size_of::<RawResult>() == 96
        && size_of::<HostTable>() == 80
        && size_of::<ProviderTable>() == 168
);

// ---- what a provider is written with ----------------------------------------------------------

/// A device call, borrowed from the host until it is answered.
#[allow(dead_code)]
pub struct Request<'a> {
    pub namespace: &'a str,
    pub device_id: &'a str,
    pub body: &'a str,
    deadline_ns: u64,
    host: Host,
    op: u64,
}

#[allow(dead_code)]
impl Request<'_> {
    /// How long the host still waits: what a back end may take. None: as long as it takes.
    pub fn time_left(&self) -> Option<Duration> {
        let left = self.deadline_ns.saturating_sub(self.host.now_ns());
        (self.deadline_ns != 0).then(|| Duration::from_nanos(left))
    }

    /// Whether nobody waits any more: then hurry, and return all the same.
    pub fn is_cancelled(&self) -> bool {
        // SAFETY: the host's functions may be called from any thread.
        unsafe { (self.host.table.is_cancelled)(self.op) != 0 }
    }
}

pub struct Reply {
    pub status: Status,
    pub body: String,
    pub revision: String,
    /// For the operator.
    pub message: String,
    pub retry_after_ms: u32,
}

impl Reply {
    pub fn new(status: Status, message: &str) -> Reply {
        let (body, revision) = Default::default();
        Reply {
            status,
            body,
            revision,
            message: message.into(),
            retry_after_ms: 0,
        }
    }
    pub fn ok(body: impl Into<String>) -> Reply {
        Reply {
            body: body.into(),
            ..Reply::new(Status::Ok, "")
        }
    }
}

/// The host, as one instance sees it; from any thread, until stop has returned.
#[derive(Clone, Copy)]
pub struct Host {
    table: &'static HostTable,
    ctx: u64,
}

#[allow(dead_code)]
impl Host {
    pub fn now_ns(&self) -> u64 {
        // SAFETY: the host's functions may be called from any thread; so for all of them.
        unsafe { (self.table.now_ns)() }
    }

    pub fn log(&self, level: i32, message: &str, key: &str, value: &str) {
        let field = Kv {
            key: str_of(key),
            value: str_of(value),
        };
        // SAFETY: what is passed is borrowed for the call only.
        unsafe {
            if (self.table.log_enabled)(self.ctx, level) != 0 {
                (self.table.log)(self.ctx, level, 0, &str_of(message), &field, 1);
            }
        }
    }

    /// How the back end is, of mod health.
    pub fn set_health(&self, state: i32, reason: &str) {
        // SAFETY: as for log.
        unsafe { (self.table.set_health)(self.ctx, state, &str_of(reason)) }
    }

    fn complete(&self, op: u64, reply: &Reply) {
        let body = str_of(&reply.body);
        let result = RawResult {
            struct_size: size_of::<RawResult>() as u32,
            status: reply.status as i32,
            parts: &body,
            n_parts: u64::from(!reply.body.is_empty()),
            revision: str_of(&reply.revision),
            message: str_of(&reply.message),
            next_page: str_of(""),
            retry_after_ms: reply.retry_after_ms,
            flags: 0,
            details: null(),
            n_details: 0,
        };
        // SAFETY: the host copies what it keeps before it returns.
        unsafe { (self.table.complete)(op, &result) }
    }
}

/// What the host calls; each call is answered by what it returns, and a panic by Internal. The device calls
/// come on THREADS threads of their own, between `start` and `stop`.
pub trait Provider: Sized + Send + Sync + 'static {
    /// How many calls are answered at a time; others wait.
    const THREADS: usize;

    /// Judges options without making anything, as `create` does.
    fn validate(options: &str) -> Result<(), String>;
    fn create(host: Host, options: &str) -> Result<Self, String>;
    fn start(&self) -> Reply;
    fn stop(&self) -> Reply;
    fn get_configuration(&self, request: &Request) -> Reply;
    fn enrol(&self, request: &Request) -> Reply;
    fn get_registration(&self, request: &Request) -> Reply;
    fn put_registration(&self, request: &Request) -> Reply;
    fn put_heartbeat(&self, request: &Request) -> Reply;
    fn get_playbooks(&self, request: &Request) -> Reply;
}

/// What a provider says of itself; each text ends with "\0".
pub struct About {
    pub id: &'static str,
    pub version: &'static str,
    pub vendor: &'static str,
    pub config_schema: &'static str,
}

pub const fn table<P: Provider>(about: About) -> ProviderTable {
    ProviderTable {
        struct_size: size_of::<ProviderTable>() as u32,
        abi_minor: ABI_MINOR,
        id: terminated(about.id),
        version: terminated(about.version),
        vendor: terminated(about.vendor),
        config_schema: terminated(about.config_schema),
        dispatch: DISPATCH_NONBLOCKING, // a call is queued, and that is all
        max_concurrency: CONCURRENCY_ANY,
        flags: 0,
        reserved0: 0,
        validate: Some(validate::<P>),
        create: Some(create::<P>),
        start: Some(start::<P>),
        reconfigure: None, // the host makes a second instance and swaps
        stop: Some(stop::<P>),
        destroy: Some(destroy::<P>),
        cancel: Some(cancel::<P>),
        get_extension: None,
        get_configuration: Some(get_configuration::<P>),
        enrol: Some(enrol::<P>),
        get_registration: Some(get_registration::<P>),
        put_registration: Some(put_registration::<P>),
        put_heartbeat: Some(put_heartbeat::<P>),
        get_playbooks: Some(get_playbooks::<P>),
    }
}

const fn terminated(text: &'static str) -> *const c_char {
    let bytes = text.as_bytes();
    assert!(!bytes.is_empty() && bytes[bytes.len() - 1] == 0);
    bytes.as_ptr().cast()
}

// ---- the slots: what the host calls, and no panic leaves ---------------------------------------

struct Instance<P> {
    host: Host,
    provider: P,
    workers: Workers<Job<P>>,
}

/// A device call that waits for its thread.
struct Job<P> {
    answer: fn(&P, &Request) -> Reply,
    request: *const RawRequest,
    op: u64,
}

// SAFETY: the request is the host's, and stays as it is until `op` is completed.
unsafe impl<P> Send for Job<P> {}

impl<P: Provider> Instance<P> {
    fn complete(&self, op: u64, answer: impl FnOnce(&P) -> Reply) {
        let reply = caught(|| answer(&self.provider));
        let reply = reply.unwrap_or_else(|panic| Reply::new(Status::Internal, &panic));
        self.host.complete(op, &reply);
    }

    fn answer(&self, job: Job<P>) {
        self.complete(job.op, |provider| {
            // SAFETY: `op` is completed by what this returns.
            match unsafe { read(job.request, self.host, job.op) } {
                Ok(request) => (job.answer)(provider, &request),
                Err(why) => Reply::new(Status::Invalid, &why),
            }
        });
    }

    fn start(&'static self) -> Reply {
        let started = self.provider.start();
        if !matches!(started.status, Status::Ok) {
            return started;
        }
        for _ in 0..P::THREADS {
            if let Err(why) = self.workers.start(|job| self.answer(job)) {
                self.stop();
                return Reply::new(Status::Internal, &why.to_string());
            }
        }
        started
    }

    fn enqueue(&self, job: Job<P>) {
        let op = job.op;
        if !self.workers.add(job) {
            self.complete(op, |_| Reply {
                retry_after_ms: 1000,
                ..Reply::new(Status::Busy, "the queue is full")
            });
        }
    }

    /// One that is being answered ends soon enough, or asks Request::is_cancelled.
    fn cancel(&self, op: u64) {
        if self.workers.remove(|job| job.op == op).is_some() {
            self.complete(op, |_| Reply::new(Status::Cancelled, ""));
        }
    }

    /// The host calls nothing any more. What is open is answered first.
    fn stop(&self) -> Reply {
        self.workers.finish();
        self.provider.stop()
    }
}

fn str_of(text: &str) -> Str {
    Str {
        ptr: text.as_ptr(),
        len: text.len() as u64,
    }
}

/// SAFETY: `text` is the host's, and lives as long as 'a.
unsafe fn text<'a>(text: Str) -> Result<&'a str, String> {
    let bytes = match text.len {
        0 => &[],
        // SAFETY: the host's texts are never NULL.
        len => unsafe { std::slice::from_raw_parts(text.ptr, len as usize) },
    };
    std::str::from_utf8(bytes).map_err(|e| e.to_string())
}

/// The panic's message goes where the answer goes.
fn caught<T>(body: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(body)).map_err(|thrown| {
        let text = thrown.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| thrown.downcast_ref::<&str>().copied());
        format!("panic: {}", text.unwrap_or("of another type than text"))
    })
}

fn judged<T>(
    diag: Diag,
    arg: *mut c_void,
    body: impl FnOnce() -> Result<T, String>,
) -> Result<T, i32> {
    // This library's own hook, not the process's. The usual one writes to standard error.
    std::panic::set_hook(Box::new(|_| ()));
    let (status, finding) = match caught(body) {
        Ok(Ok(made)) => return Ok(made),
        Ok(Err(finding)) => (Status::Invalid, finding),
        Err(panic) => (Status::Internal, panic),
    };
    // SAFETY: the host takes findings until the function that it passed `diag` to returns.
    unsafe { diag(arg, level::ERROR, &str_of(""), &str_of(&finding)) };
    Err(status as i32)
}

unsafe extern "C" fn validate<P: Provider>(
    _: *const HostTable,
    cfg: *const Str,
    diag: Diag,
    arg: *mut c_void,
) -> i32 {
    // SAFETY: `cfg` lives until this returns.
    match judged(diag, arg, || P::validate(unsafe { text(*cfg) }?)) {
        Ok(()) => Status::Ok as i32,
        Err(status) => status,
    }
}

unsafe extern "C" fn create<P: Provider>(
    host: *const HostTable,
    ctx: u64,
    cfg: *const Str,
    diag: Diag,
    arg: *mut c_void,
    instance: *mut *mut c_void,
) -> i32 {
    // SAFETY: the host's table is immortal, and `cfg` lives until this returns.
    let made = judged(diag, arg, || {
        let host = Host {
            table: unsafe { &*host },
            ctx,
        };
        let provider = P::create(host, unsafe { text(*cfg) }?)?;
        let workers = Workers::new();
        Ok(Box::into_raw(Box::new(Instance {
            host,
            provider,
            workers,
        })))
    });
    match made {
        Ok(made) => {
            // SAFETY: `instance` is where the host wants it.
            unsafe { *instance = made.cast() };
            Status::Ok as i32
        }
        Err(status) => status,
    }
}

unsafe extern "C" fn destroy<P: Provider>(instance: *mut c_void) {
    // SAFETY: `create` made it, and this is the last call with it.
    let _ = caught(|| drop(unsafe { Box::from_raw(instance.cast::<Instance<P>>()) }));
}

/// SAFETY: `instance` is of `create`, and is used no more once `destroy` has it.
unsafe fn this<P>(instance: *mut c_void) -> &'static Instance<P> {
    // SAFETY: shared with other threads, and P is Sync.
    unsafe { &*instance.cast() }
}

unsafe extern "C" fn start<P: Provider>(instance: *mut c_void, op: u64) {
    // SAFETY: `stop` waits for all threads, and comes before `destroy`.
    let this = unsafe { this::<P>(instance) };
    this.complete(op, |_| this.start());
}

unsafe extern "C" fn stop<P: Provider>(instance: *mut c_void, op: u64) {
    // SAFETY: it is used in here only.
    let this = unsafe { this::<P>(instance) };
    this.complete(op, |_| this.stop());
}

unsafe extern "C" fn cancel<P: Provider>(instance: *mut c_void, op: u64) {
    // SAFETY: it is used in here only.
    unsafe { this::<P>(instance) }.cancel(op);
}

/// SAFETY: `request` is not used after `op` is completed.
unsafe fn read<'a>(request: *const RawRequest, host: Host, op: u64) -> Result<Request<'a>, String> {
    // SAFETY: so says the caller.
    unsafe {
        let raw = &*request;
        Ok(Request {
            namespace: text(raw.ns)?,
            device_id: text(raw.device_id)?,
            body: text(raw.body)?,
            deadline_ns: raw.deadline_ns,
            host,
            op,
        })
    }
}

macro_rules! device_calls {
    ($($name:ident)*) => {$(
        unsafe extern "C" fn $name<P: Provider>(instance: *mut c_void, request: *const RawRequest, op: u64) {
            let answer = P::$name;
            // SAFETY: it is used in here only.
            unsafe { this::<P>(instance) }.enqueue(Job { answer, request, op });
        }
    )*};
}

device_calls! { get_configuration enrol get_registration put_registration put_heartbeat get_playbooks }
