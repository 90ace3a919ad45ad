//! `npymap unpack`.

use npymap::{Npz, core::npz::Member};

use crate::{Failure, args::Unpack, progress::Progress};

pub(crate) fn run(arguments: &Unpack) -> Result<(), Failure> {
    let archive = Npz::open(&arguments.source)?;
    let keys = arguments.members.iter();
    let mut members: Vec<&Member> = keys
        .map(|key| archive.find(key))
        .collect::<Result<_, _>>()?;
    if arguments.members.is_empty() {
        members = archive.members().iter().collect();
    }
    let total = members
        .iter()
        .map(|m| m.size())
        .fold(0, u64::saturating_add);
    let progress = Progress::new(total);
    let show = |done| progress.show(done);
    archive.unpack_members(members, &arguments.directory, arguments.force, show)?;
    Ok(())
}
