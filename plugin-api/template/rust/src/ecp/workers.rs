//! Threads of the provider's own and what waits for them, in the order in which it came.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

pub struct Workers<Job> {
    state: Mutex<State<Job>>,
    changed: Condvar,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

struct State<Job> {
    waiting: VecDeque<Job>,
    last: bool,
}

impl<Job: Send> Workers<Job> {
    const MOST: usize = 1024;

    pub fn new() -> Workers<Job> {
        let (waiting, last) = (VecDeque::with_capacity(Self::MOST), false);
        Workers {
            state: Mutex::new(State { waiting, last }),
            changed: Condvar::new(),
            threads: Mutex::new(Vec::new()),
        }
    }

    /// Starts another thread, which does what is added. `work` must not panic.
    pub fn start(&'static self, work: impl Fn(Job) + Send + 'static) -> std::io::Result<()> {
        let run = move || {
            while let Some(job) = self.next() {
                work(job);
            }
        };
        let started = with_signals_blocked(|| thread::Builder::new().spawn(run))?;
        lock(&self.threads).push(started);
        Ok(())
    }

    /// False where too much waits already.
    pub fn add(&self, job: Job) -> bool {
        let mut state = lock(&self.state);
        let has_room = state.waiting.len() < Self::MOST;
        if has_room {
            state.waiting.push_back(job);
            self.changed.notify_one();
        }
        has_room
    }

    /// Takes the first one out again that is `wanted`; None if it is not waiting any more.
    pub fn remove(&self, wanted: impl Fn(&Job) -> bool) -> Option<Job> {
        let mut state = lock(&self.state);
        let at = state.waiting.iter().position(wanted)?;
        state.waiting.remove(at)
    }

    /// Returns when all that was added is done and the threads are gone.
    pub fn finish(&self) {
        lock(&self.state).last = true;
        self.changed.notify_all();
        for thread in lock(&self.threads).drain(..) {
            let _ = thread.join();
        }
    }

    fn next(&self) -> Option<Job> {
        let waits = |state: &mut State<Job>| state.waiting.is_empty() && !state.last;
        let state = self.changed.wait_while(lock(&self.state), waits);
        state
            .unwrap_or_else(PoisonError::into_inner)
            .waiting
            .pop_front()
    }
}

/// Nothing in here panics with it, so it is never poisoned.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What starts a thread in here starts it with all signals blocked: they are the host's.
fn with_signals_blocked<T>(body: impl FnOnce() -> T) -> T {
    type SignalSet = [u64; 16]; // sigset_t on Linux
    const SIG_SETMASK: i32 = 2;
    extern "C" {
        fn sigfillset(set: *mut SignalSet) -> i32;
        fn pthread_sigmask(how: i32, set: *const SignalSet, before: *mut SignalSet) -> i32;
    }
    let (mut all, mut before) = ([0; 16], [0; 16]);
    // SAFETY: both are as large as the functions take them to be; so below.
    unsafe {
        sigfillset(&mut all);
        pthread_sigmask(SIG_SETMASK, &all, &mut before);
    }
    let made = body();
    // SAFETY: as above.
    unsafe { pthread_sigmask(SIG_SETMASK, &before, &mut all) };
    made
}
