// Compares src/ecp.rs with the header that is installed, and links as the host wants it.
use std::{env, process::Command};

fn main() {
    let prefix = env::var("ECP_PREFIX").unwrap_or_else(|_| "/usr/local".into());
    let compiler = env::var("CC").unwrap_or_else(|_| "cc".into());
    let include = format!("{prefix}/include");
    for what in [
        "env-changed=ECP_PREFIX",
        "env-changed=CC",
        "changed=layout.c",
    ] {
        println!("cargo:rerun-if-{what}");
    }
    println!("cargo:rerun-if-changed={include}/ecp/provider.h");

    let mut words = compiler.split_whitespace(); // "ccache cc"
    let compared = Command::new(words.next().unwrap_or("cc"))
        .args(words)
        .args(["-std=c11", "-fsyntax-only", "-I", &include, "layout.c"])
        .status();
    let same = matches!(compared, Ok(status) if status.success());
    assert!(
        same,
        "src/ecp.rs could not be compared with {include}/ecp/provider.h, or differs from it"
    );

    for flag in ["defs", "now", "relro", "nodelete", "noexecstack"] {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,{flag}");
    }
}
