//! A snapshot of a configuration of small files, the first one and one of the same again: beside reading and
//! hashing them, and beside restic and borg.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use flowkeep_core::Sha256;
use flowkeep_core::configuration::Strategy;
use flowkeep_core::session::file::StatedTimes;
use flowkeep_core::session::{SessionOrigin, SessionStatus, SnapshotReason};
use flowkeep_files::configuration::{Begin, Wish};
use flowkeep_files::snapshots::{Of, SnapshotKeys, Taken, Wanted, Workshop as Snapshots, take};
use flowkeep_host::{SystemClock, SystemFiles, Unfollowed};
use flowkeep_store::{NewSession, Store, StoreOptions};
use walkdir::WalkDir;

use crate::Extent;
use crate::measure::{aim, line, middle, settle, timed};
use crate::workshop::{Workshop, text};

const FILES: usize = 1_000;

/// So often as long as reading and hashing, the same again may take.
const MOST: f64 = 1.5;

/// What was written just before is looked at once more: a disk's clock is coarse.
const SETTLED: Duration = Duration::from_millis(2_500);

pub(crate) fn table(workshop: &mut Workshop, extent: Extent) -> Result<String> {
    for peer in Peer::ALL {
        let name = peer.name();
        ensure!(
            peer.is_there(),
            "{name} is not there: nothing to measure beside"
        );
    }
    let tree = workshop.fresh("tree");
    fill(&tree)?;
    std::thread::sleep(SETTLED);
    let config = tree.join("workflows/orders.yaml");
    let (mut hashed, mut first, mut again) = (Vec::new(), Vec::new(), Vec::new());
    let mut looked = Vec::new();
    let mut ours = (Vec::new(), Vec::new());
    let mut others = Peer::ALL.map(Other::new);
    let (mut size, mut grown) = (Size::default(), Size::default());
    for _ in 0..extent.rounds {
        hashed.push(read_and_hash(&tree)?);
        let store = Kept::new(&workshop.fresh("kept"))?;
        first.push(store.first(&config)?);
        again.push(store.again(&config)?);
        looked.push(store.looked(&config)?);

        let data = workshop.fresh("data");
        workshop.answer(&data, &["flow", "list"])?;
        let before = Size::of_database(&data);
        let words = [
            "session",
            "create",
            text(&config)?,
            "--strategy",
            "comprehensive",
        ];
        let start = Instant::now();
        let created = workshop.answer(&data, &words)?;
        ours.0.push(start.elapsed());
        let id = created["session_id"].as_str().context("it has an id")?;
        ours.1.push(timed(
            &mut workshop.flowkeep(&data, &["session", "snapshot", id]),
        )?);
        size = Size::of(&data.join("snapshots"));
        grown = Size::of_database(&data).without(before);
        for other in &mut others {
            other.round(&workshop.fresh("repository"), &tree)?;
        }
    }
    let mut out = format!(
        "A snapshot of {FILES} small files, beside reading and hashing them (aim: the same again ≤ {MOST})\n"
    );
    out += &line("reading and hashing", &hashed, &hashed);
    out += &line("the first one", &first, &hashed);
    out += &line("the same again", &again, &hashed);
    out += &line("looking for a change", &looked, &hashed);
    out +=
        "The same by command lines, each beside ours (aim: ours is the fastest, and no larger)\n";
    out += &line("session create", &ours.0, &ours.0);
    out += &line("session snapshot", &ours.1, &ours.1);
    size.tell(&mut out, "its store")?;
    grown.tell(&mut out, "by which the database grew")?;
    for Other {
        peer,
        first,
        again,
        size,
        cache,
    } in &others
    {
        out += &line(&format!("{}, first", peer.name()), first, &ours.0);
        out += &line(&format!("{}, the same again", peer.name()), again, &ours.1);
        size.tell(&mut out, "its store")?;
        cache.tell(&mut out, "its cache")?;
    }
    out += "What was aimed at\n";
    let told = "the same again, beside reading and hashing (≤ 1.5)";
    out += &aim(told, middle(&again, &hashed), MOST);
    for other in &others {
        let name = other.peer.name();
        let told = format!("session create, beside the first of {name} (≤ 1)");
        out += &aim(&told, middle(&ours.0, &other.first), 1.0);
        let told = format!("session snapshot, beside the same again of {name} (≤ 1)");
        out += &aim(&told, middle(&ours.1, &other.again), 1.0);
        let told = format!("our store beside that of {name} (≤ 1)");
        out += &aim(&told, size.beside(other.size), 1.0);
        let told =
            format!("our store with what the database grew by, beside {name} with its cache (≤ 1)");
        let theirs = other.size.with(other.cache);
        out += &aim(&told, size.with(grown).beside(theirs), 1.0);
    }
    Ok(out)
}

/// A workflow with as many tools.
fn fill(tree: &Path) -> Result<()> {
    fs::create_dir_all(tree.join("workflows"))?;
    fs::create_dir_all(tree.join("tools"))?;
    let mut tools = Vec::new();
    for n in 1..FILES {
        let parameters = (0..8 + n % 24).map(|field| {
            format!("  field_{field}:\n    type: string\n    description: What tool {n} is told in its field {field}.\n")
        });
        let tool = format!(
            "name: tool_{n}\nversion: 1.{n}\nparameters_schema:\n{}",
            parameters.collect::<String>()
        );
        fs::write(tree.join(format!("tools/tool_{n}.yaml")), tool)?;
        tools.push(format!("tool_{n}"));
    }
    let workflow = format!("name: orders\ntools: [{}]\n", tools.join(", "));
    fs::write(tree.join("workflows/orders.yaml"), workflow)?;
    settle(tree)
}

fn read_and_hash(tree: &Path) -> Result<Duration> {
    let start = Instant::now();
    for entry in WalkDir::new(tree) {
        let entry = entry?;
        if entry.file_type().is_file() {
            std::hint::black_box(Sha256::of(&fs::read(entry.path())?));
        }
    }
    Ok(start.elapsed())
}

/// A data folder that is open, as it is in a window.
struct Kept(Snapshots);

impl Kept {
    fn new(data: &Path) -> Result<Self> {
        fs::create_dir(data)?;
        let clock = Arc::new(SystemClock);
        let store = Store::open(StoreOptions {
            path: data.join("flowkeep.db"),
            safety: data.join("safety"),
            clock: clock.clone(),
        })?;
        Ok(Self(Snapshots {
            store: Arc::new(store),
            files: Arc::new(SystemFiles),
            clock,
            data_dir: data.to_owned(),
            dir: data.join("snapshots"),
            keys: SnapshotKeys::default(),
            actor: "bench".to_owned(),
            face: "cli",
        }))
    }

    fn first(&self, config: &Path) -> Result<Duration> {
        let new = NewSession {
            id: "one".to_owned(),
            name: "orders".to_owned(),
            origin: SessionOrigin::Config,
            root: None,
            config: None,
            stated_config: None,
            strategy: "comprehensive".to_owned(),
            run: None,
            status: SessionStatus::Active,
            stated_status: None,
            stated_times: StatedTimes::default(),
            agent: None,
            state: None,
            source: None,
            ended_at: None,
        };
        self.taken(config, Of::New(Box::new(new)), SnapshotReason::Begin)
    }

    fn again(&self, config: &Path) -> Result<Duration> {
        self.taken(config, self.session()?, SnapshotReason::Asked)
    }

    /// As after each task of a run; there is no change.
    fn looked(&self, config: &Path) -> Result<Duration> {
        let (taken, took) = self.take(config, self.session()?, SnapshotReason::Changed)?;
        anyhow::ensure!(taken.is_none(), "nothing was changed");
        Ok(took)
    }

    fn session(&self) -> Result<Of> {
        let session = self.0.store.session("one")?.context("it has begun")?;
        Ok(Of::Kept(Box::new(session)))
    }

    fn taken(&self, config: &Path, session: Of, reason: SnapshotReason) -> Result<Duration> {
        let (taken, took) = self.take(config, session, reason)?;
        taken.context("a snapshot was taken")?;
        Ok(took)
    }

    fn take(
        &self,
        config: &Path,
        session: Of,
        reason: SnapshotReason,
    ) -> Result<(Option<Taken>, Duration)> {
        let [_, _, strategy] = Strategy::factory();
        let wanted = Wanted {
            wish: Wish {
                begin: Begin::File { config, root: None },
                strategy: &strategy,
                default_tool_set: "basic-tools",
            },
            session,
            reason,
            task: None,
            copy_of: None,
        };
        let start = Instant::now();
        let taken = take(&self.0, &wanted, &Unfollowed)?;
        Ok((taken, start.elapsed()))
    }
}

/// What a store takes on the disk.
#[derive(Clone, Copy, Default)]
struct Size {
    bytes: u64,
    blocks: u64,
}

impl Size {
    fn of(folder: &Path) -> Self {
        let mut size = Self::default();
        for entry in WalkDir::new(folder).into_iter().filter_map(Result::ok) {
            if let Ok(found) = entry.metadata()
                && found.is_file()
            {
                size.bytes += found.len();
                size.blocks += found.blocks() * 512;
            }
        }
        size
    }

    /// The database of a data folder with its log.
    fn of_database(data: &Path) -> Self {
        let files = ["flowkeep.db", "flowkeep.db-wal"].map(|name| Self::of(&data.join(name)));
        files.into_iter().fold(Self::default(), Self::with)
    }

    fn with(self, other: Self) -> Self {
        Self {
            bytes: self.bytes + other.bytes,
            blocks: self.blocks + other.blocks,
        }
    }

    fn without(self, other: Self) -> Self {
        Self {
            bytes: self.bytes.saturating_sub(other.bytes),
            blocks: self.blocks.saturating_sub(other.blocks),
        }
    }

    /// How many times as large as another, by what lies in files.
    #[expect(clippy::cast_precision_loss, reason = "shown with two digits")]
    fn beside(self, other: Self) -> f64 {
        self.bytes as f64 / (other.bytes as f64).max(1.0)
    }

    fn tell(self, out: &mut String, what: &str) -> Result<()> {
        let Self { bytes, blocks } = self;
        let kilobytes = |bytes: u64| bytes / 1000;
        writeln!(
            out,
            "    {what}: {} kB in files, {} kB on the disk",
            kilobytes(bytes),
            kilobytes(blocks)
        )?;
        Ok(())
    }
}

/// Another program that keeps versions of files, without encryption of its own where it can do without.
#[derive(Clone, Copy)]
enum Peer {
    Restic,
    Borg,
}

/// What was measured of it.
struct Other {
    peer: Peer,
    first: Vec<Duration>,
    again: Vec<Duration>,
    /// Of its repository, and of what it keeps of it elsewhere to be quick.
    size: Size,
    cache: Size,
}

impl Other {
    fn new(peer: Peer) -> Self {
        Self {
            peer,
            first: Vec::new(),
            again: Vec::new(),
            size: Size::default(),
            cache: Size::default(),
        }
    }

    fn round(&mut self, repository: &Path, tree: &Path) -> Result<()> {
        let peer = self.peer;
        timed(&mut peer.init(repository)?)?;
        self.first
            .push(timed(&mut peer.back_up(repository, tree, "1")?)?);
        self.again
            .push(timed(&mut peer.back_up(repository, tree, "2")?)?);
        self.size = Size::of(repository);
        self.cache = Size::of(&repository.with_extension("cache"));
        Ok(())
    }
}

impl Peer {
    const ALL: [Self; 2] = [Self::Restic, Self::Borg];

    const fn name(self) -> &'static str {
        match self {
            Self::Restic => "restic",
            Self::Borg => "borg",
        }
    }

    fn is_there(self) -> bool {
        std::env::var_os("PATH").is_some_and(|path| {
            std::env::split_paths(&path).any(|folder| folder.join(self.name()).is_file())
        })
    }

    fn command(self, repository: &Path) -> Result<Command> {
        let mut command = Command::new(self.name());
        let cache: PathBuf = repository.with_extension("cache");
        command
            .env("RESTIC_REPOSITORY", text(repository)?)
            .env("RESTIC_PASSWORD", "bench")
            .env("RESTIC_CACHE_DIR", &cache)
            .env("BORG_REPO", text(repository)?)
            .env("BORG_BASE_DIR", &cache)
            .env("BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK", "yes");
        Ok(command)
    }

    fn init(self, repository: &Path) -> Result<Command> {
        let mut command = self.command(repository)?;
        match self {
            Self::Restic => command.arg("init"),
            Self::Borg => command.args(["init", "-e", "none"]),
        };
        Ok(command)
    }

    fn back_up(self, repository: &Path, tree: &Path, name: &str) -> Result<Command> {
        let mut command = self.command(repository)?;
        match self {
            Self::Restic => command.args(["backup", "--quiet", text(tree)?]),
            Self::Borg => command.args(["create", &format!("::{name}"), text(tree)?]),
        };
        Ok(command)
    }
}
