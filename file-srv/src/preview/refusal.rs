//! Why there is no preview. Clients hear `no_preview` and no more, since the reason would let
//! them look around in networks that they cannot see; operators read it in a metric.

/// The reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.label())]
pub(crate) enum Refusal {
    /// There are no previews here.
    Off,
    /// As many previews are fetched as may be.
    Busy,
    /// The host has been asked as often as may be, or is being asked.
    HostBusy,
    /// The address is not public, or not of the web.
    Address,
    /// The host does not answer.
    Unreachable,
    /// It took too long.
    Timeout,
    /// Too many redirects.
    Redirects,
    /// The answer is no success.
    Status,
    /// The answer is neither a page nor an image.
    Type,
    /// The page has no title.
    Untitled,
    /// The image cannot be decoded within limits.
    Image,
}

impl Refusal {
    /// Every reason.
    pub(crate) const ALL: [Self; 11] = [
        Self::Off,
        Self::Busy,
        Self::HostBusy,
        Self::Address,
        Self::Unreachable,
        Self::Timeout,
        Self::Redirects,
        Self::Status,
        Self::Type,
        Self::Untitled,
        Self::Image,
    ];

    /// The label of the metric.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Busy => "busy",
            Self::HostBusy => "host_busy",
            Self::Address => "address",
            Self::Unreachable => "unreachable",
            Self::Timeout => "timeout",
            Self::Redirects => "redirects",
            Self::Status => "status",
            Self::Type => "type",
            Self::Untitled => "untitled",
            Self::Image => "image",
        }
    }

    /// Whether another request may be answered otherwise at once.
    pub(super) fn is_passing(self) -> bool {
        matches!(self, Self::Off | Self::Busy | Self::HostBusy)
    }
}
