//! A complete provider for the edgeconf host, to copy and to change: it serves the devices of a fixed
//! table. Everything in this file is yours; ecp.rs carries it to the host and can stay.
//!
//! <ecp/provider.h> is the contract. Each device call is answered on a thread of the provider's own, so it
//! may wait there for a disk or a network: `request.time_left()` says how long anybody waits for it, and
//! `request.is_cancelled()` whether anybody still does. A panic is answered for.
#![deny(unsafe_op_in_unsafe_fn)]

mod ecp;

use ecp::{level, Host, Provider, Reply, Request, Status};

struct Device {
    id: &'static str,
    namespace: &'static str,
}

static INVENTORY: [Device; 2] = [
    Device {
        id: "line-1-press",
        namespace: "plant-1",
    },
    Device {
        id: "line-2-robot",
        namespace: "plant-2",
    },
];

/// The one place that looks a device up. Ids differ when their case does.
fn find(id: &str) -> Result<&'static Device, Reply> {
    let found = INVENTORY.iter().find(|device| device.id == id);
    found.ok_or_else(|| Reply::new(Status::NotFound, "the device is not in the inventory"))
}

/// Read them with a JSON parser. For a single number, whose type and range the host has checked against
/// the schema, this will do.
fn read_period(options: &str) -> Option<u32> {
    let inside = options.trim().strip_prefix('{')?.strip_suffix('}')?.trim();
    if inside.is_empty() {
        return Some(60);
    }
    let number = inside
        .strip_prefix("\"period\"")?
        .trim_start()
        .strip_prefix(':')?;
    number
        .trim()
        .parse()
        .ok()
        .filter(|period| (1..=3600).contains(period))
}

/// The host may run several at once: what one needs is in here, never in a variable of the file. Its
/// threads share it, so what changes is in a Mutex.
struct Inventory {
    host: Host,
    period: u32, // seconds between two heartbeats
}

impl Provider for Inventory {
    const THREADS: usize = 4;

    fn validate(options: &str) -> Result<(), String> {
        let why = "the one option is period, a number of seconds from 1 to 3600";
        read_period(options).map(|_| ()).ok_or_else(|| why.into())
    }

    fn create(host: Host, options: &str) -> Result<Inventory, String> {
        Inventory::validate(options)?;
        Ok(Inventory {
            host,
            period: read_period(options).unwrap_or(60),
        })
    }

    /// Connect, load. A back end that is down is no failure: report it with set_health,
    /// return Ok, and answer Unavailable until it is back.
    fn start(&self) -> Reply {
        Reply::ok("")
    }

    /// All calls are answered. End what `start` has started: none of it may use the host afterwards.
    fn stop(&self) -> Reply {
        Reply::ok("")
    }

    /// A device acts on what it is sent: a configuration without workloads removes all of them, and one
    /// without hardware_profile crashes its worker. So each message has every member below, always; the
    /// version is another one whenever the rest is.
    fn get_configuration(&self, request: &Request) -> Reply {
        let (id, period) = match find(request.device_id) {
            Ok(device) => (device.id, self.period),
            Err(unknown) => return unknown,
        };
        let body = format!(
            concat!(
                r#"{{"device_id":"{id}","version":"{period}","configuration":{{"#,
                r#""heartbeat":{{"hardware_profile":{{}},"period_seconds":{period}}},"#,
                r#""metrics":{{"receiver":{{"request_num_samples":30000,"timeout_seconds":10}}}},"#,
                r#""mounts":[]}},"workloads":[]}}"#
            ),
            id = id,
            period = period
        );
        Reply {
            revision: period.to_string(),
            ..Reply::ok(body)
        }
    }

    /// Devices are not admitted here: who is in the table exists, nobody else ever will. A store that
    /// takes new ones answers Created until somebody has approved them.
    fn enrol(&self, request: &Request) -> Reply {
        let id = request.device_id;
        if find(id).is_ok() {
            return Reply::ok("");
        }
        if INVENTORY
            .iter()
            .any(|device| device.id.eq_ignore_ascii_case(id))
        {
            return Reply::new(Status::Exists, "the id is taken in another case");
        }
        self.host.log(
            level::INFO,
            "turned away a device that is not in the inventory",
            "device",
            id,
        );
        Reply::new(Status::Denied, "the device is not in the inventory")
    }

    /// Never Removed: nothing in here records that somebody took a device out on purpose.
    fn get_registration(&self, request: &Request) -> Reply {
        match find(request.device_id) {
            Ok(device) => Reply::ok(format!(r#"{{"namespace":"{}"}}"#, device.namespace)),
            Err(unknown) => unknown,
        }
    }

    /// Ok lets the device's certificate out. To hold a device to its key, keep the public key of the
    /// first certificate request (in the body) and answer Denied to any other.
    fn put_registration(&self, request: &Request) -> Reply {
        if let Err(unknown) = find(request.device_id) {
            return unknown;
        }
        self.host
            .log(level::INFO, "registered", "device", request.device_id);
        Reply::ok("")
    }

    /// What the body says of the device's state is dropped.
    fn put_heartbeat(&self, request: &Request) -> Reply {
        find(request.device_id).map_or_else(|unknown| unknown, |_| Reply::ok(""))
    }

    fn get_playbooks(&self, request: &Request) -> Reply {
        find(request.device_id).map_or_else(|unknown| unknown, |_| Reply::ok("[]"))
    }
}

static TABLE: ecp::ProviderTable = ecp::table::<Inventory>(ecp::About {
    id: "com.example.inventory\0",
    version: concat!(env!("CARGO_PKG_VERSION"), "\0"),
    vendor: "Example\0",
    config_schema: concat!(
        r#"{"type":"object","additionalProperties":false,"properties":{"period":{"#,
        r#""type":"integer","minimum":1,"maximum":3600,"default":60,"#,
        r#""description":"Seconds between two heartbeats of a device."}}}"#,
        "\0"
    ),
});

#[no_mangle]
pub extern "C" fn ecp_provider_entry_v1(_: *const ecp::HostTable) -> *const ecp::ProviderTable {
    &TABLE
}
