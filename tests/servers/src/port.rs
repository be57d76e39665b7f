//! Ports for servers that cannot choose their own.
//!
//! A port that the system gives away and takes back is anybody's again before the server is there.
//! So these are beneath those it gives away by itself, to whoever listens or connects, and each is
//! claimed among the tests of this machine for as long as its value is there: a server that is
//! stopped finds its port again.

use std::net::TcpListener;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener};

/// Beneath what Linux gives away where nobody has set it otherwise (32768 and above).
const PORTS: std::ops::Range<u16> = 20_000..30_000;

/// A port of 127.0.0.1 that no other test takes.
pub(crate) struct Port {
    pub(crate) number: u16,
    /// A name that only one process of this machine can have; it is given up with the process.
    _claim: UnixListener,
}

impl Port {
    /// One that is free.
    pub(crate) fn claim() -> Self {
        // Tests that begin together look in different places first.
        let count = PORTS.len();
        let first = usize::try_from(std::process::id()).unwrap() * 7 % count;
        PORTS
            .cycle()
            .skip(first)
            .take(count)
            .find_map(Self::claim_this)
            .unwrap_or_else(|| panic!("none of the ports {PORTS:?} is free"))
    }

    fn claim_this(number: u16) -> Option<Self> {
        let name = SocketAddr::from_abstract_name(format!("flowkeep-test-port-{number}")).unwrap();
        let claim = UnixListener::bind_addr(&name).ok()?;
        // A program that is no test may be there.
        TcpListener::bind(("127.0.0.1", number)).ok()?;
        Some(Self {
            number,
            _claim: claim,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_one_servers_for_as_long_as_it_is_held() {
        let held: Vec<_> = (0..50).map(|_| Port::claim()).collect();
        let mut numbers: Vec<_> = held.iter().map(|port| port.number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), held.len());
        assert!(numbers.iter().all(|number| PORTS.contains(number)));
        assert!(Port::claim_this(numbers[0]).is_none());
        drop(held);
        assert!(Port::claim_this(numbers[0]).is_some());
    }

    #[test]
    fn one_that_somebody_listens_on_is_not_taken() {
        let port = Port::claim();
        let listener = TcpListener::bind(("127.0.0.1", port.number)).unwrap();
        let number = port.number;
        drop(port);
        assert!(Port::claim_this(number).is_none());
        drop(listener);
    }
}
