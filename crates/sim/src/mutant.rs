//! Known mistakes, each of which a check must find: what proves that the checks can fail.

/// A mistake in how a process is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutant {
    /// An owner acknowledges whether its term holds or not.
    OwnerWithoutFence,
    /// An owner believes in its term because it was asked, not because it was confirmed.
    FenceByBeingAsked,
    /// A backend takes a router's loss for a licence to go on, whatever the configuration says.
    SilenceCountsAsLoss,
    /// A router that starts again does not read its disk, and its clock is an epoch of its own.
    RouterForgetsEpochs,
    /// An import is the room before the router has recorded it.
    ImportActiveBeforeCommit,
    /// An owner goes on while its room moves.
    NoFreeze,
    /// A move leaves the table of keys behind.
    MoveForgetsKeys,
    /// Now and then an event is not delivered to one of the members.
    FanOutSkipsOne,
    /// Nobody is told that a history is gone.
    SilentGap,
    /// Who restores a room leaves its password behind.
    KeepForgetsPassword,
    /// A room is forgotten as soon as it was sent away, commit or not.
    ForgetBeforeCommit,
}
