//! The way to a server, which can be cut.

use std::io::{Read, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// A port that leads to another one of this machine, until it is cut; or nowhere at all.
pub struct Wire {
    /// On 127.0.0.1.
    pub port: u16,
    open: Arc<Mutex<Vec<TcpStream>>>,
    heard: Arc<AtomicUsize>,
}

impl Wire {
    /// Leads to a port.
    pub fn to(port: u16) -> Self {
        let heard = Arc::new(AtomicUsize::new(0));
        let answered = Arc::clone(&heard);
        let wire = Self::with(move |near, open| {
            let far = TcpStream::connect(("127.0.0.1", port)).unwrap();
            let uncounted = Arc::default();
            for (from, to, count) in [(&near, &far, &uncounted), (&far, &near, &answered)] {
                let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                let count = Arc::clone(count);
                std::thread::spawn(move || pass_on(from, to, &count));
            }
            open.lock().unwrap().extend([near, far]);
        });
        Self { heard, ..wire }
    }

    /// Leads to somebody who listens and never says a word.
    pub fn to_nobody() -> Self {
        let heard = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&heard);
        let wire = Self::with(move |near, open| {
            let (mut from, count) = (near.try_clone().unwrap(), Arc::clone(&count));
            std::thread::spawn(move || {
                let mut bytes = [0; 1024];
                while let Ok(more @ 1..) = from.read(&mut bytes) {
                    count.fetch_add(more, Ordering::Relaxed);
                }
            });
            open.lock().unwrap().push(near);
        });
        Self { heard, ..wire }
    }

    /// How many bytes were answered, or nobody has heard, since this was asked last.
    pub fn received(&self) -> usize {
        self.heard.swap(0, Ordering::Relaxed)
    }

    fn with(lead: impl Fn(TcpStream, &Mutex<Vec<TcpStream>>) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let open = Arc::new(Mutex::new(Vec::new()));
        let all = Arc::clone(&open);
        std::thread::spawn(move || {
            for near in listener.incoming() {
                lead(near.unwrap(), &all);
            }
        });
        Self {
            port,
            open,
            heard: Arc::default(),
        }
    }

    /// Cuts all that is connected now. What connects later is led on.
    pub fn cut(&self) {
        for stream in self.open.lock().unwrap().drain(..) {
            // One side may have gone already.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn pass_on(mut from: TcpStream, mut to: TcpStream, passed: &AtomicUsize) {
    let mut bytes = [0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        passed.fetch_add(count, Ordering::Relaxed);
        if to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
