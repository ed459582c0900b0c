//! The error codes, the same for every door.

use serde::{Deserialize, Serialize};

use crate::NameError;

/// Why something was refused. On the wire in snake case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The room's name is too short, too long, or has characters that it may not have.
    BadName,
    /// The room's name is a path of the site itself.
    ReservedName,
    /// The room has a password, and this is not it.
    WrongPassword,
    /// As many members are online as may be.
    RoomFull,
    /// Another member has this name, or one that looks like it.
    NameTaken,
    /// The member's name is empty, too long, reserved, or has characters that it may not have.
    BadMemberName,
    /// The message is another member's.
    NotAuthor,
    /// Only the room's creator may do this.
    NotCreator,
    /// There is no such room, message, file or page.
    NotFound,
    /// Nobody but the creator votes on their own message.
    OwnVote,
    /// The file or preview is unknown, expired, or already serves a message.
    NoFile,
    /// The text is empty.
    Empty,
    /// The text has controls other than line feed and tab.
    BadText,
    /// The text, password, frame or body is longer than its limit.
    TooLong,
    /// Too much in too short a time.
    RateLimited,
    /// The frame is malformed, of unknown type, or comes at the wrong time.
    BadFrame,
    /// The room lives elsewhere now: look it up again.
    Moved,
    /// The server cannot do this at the moment.
    Unavailable,
    /// The ticket is missing, forged, expired, used, or names another room or backend.
    BadTicket,
    /// The grant is missing, forged or expired.
    BadGrant,
    /// The page that asks is not of this site.
    BadOrigin,
    /// The address cannot be previewed: it is malformed or not of the web.
    BadUrl,
    /// There is no preview of this address.
    NoPreview,
    /// The upload is malformed, or is not of the kind that was announced.
    BadFile,
    /// The upload is larger than its limit.
    TooLarge,
    /// The room, the address or the store has no room for the upload.
    QuotaExceeded,
    /// The request is malformed.
    BadRequest,
}

impl ErrorCode {
    /// Every code, for documents and tests.
    pub const ALL: [Self; 27] = [
        Self::BadName,
        Self::ReservedName,
        Self::WrongPassword,
        Self::RoomFull,
        Self::NameTaken,
        Self::BadMemberName,
        Self::NotAuthor,
        Self::NotCreator,
        Self::NotFound,
        Self::OwnVote,
        Self::NoFile,
        Self::Empty,
        Self::BadText,
        Self::TooLong,
        Self::RateLimited,
        Self::BadFrame,
        Self::Moved,
        Self::Unavailable,
        Self::BadTicket,
        Self::BadGrant,
        Self::BadOrigin,
        Self::BadUrl,
        Self::NoPreview,
        Self::BadFile,
        Self::TooLarge,
        Self::QuotaExceeded,
        Self::BadRequest,
    ];

    /// The code as it stands on the wire, in close reasons and in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BadName => "bad_name",
            Self::ReservedName => "reserved_name",
            Self::WrongPassword => "wrong_password",
            Self::RoomFull => "room_full",
            Self::NameTaken => "name_taken",
            Self::BadMemberName => "bad_member_name",
            Self::NotAuthor => "not_author",
            Self::NotCreator => "not_creator",
            Self::NotFound => "not_found",
            Self::OwnVote => "own_vote",
            Self::NoFile => "no_file",
            Self::Empty => "empty",
            Self::BadText => "bad_text",
            Self::TooLong => "too_long",
            Self::RateLimited => "rate_limited",
            Self::BadFrame => "bad_frame",
            Self::Moved => "moved",
            Self::Unavailable => "unavailable",
            Self::BadTicket => "bad_ticket",
            Self::BadGrant => "bad_grant",
            Self::BadOrigin => "bad_origin",
            Self::BadUrl => "bad_url",
            Self::NoPreview => "no_preview",
            Self::BadFile => "bad_file",
            Self::TooLarge => "too_large",
            Self::QuotaExceeded => "quota_exceeded",
            Self::BadRequest => "bad_request",
        }
    }
}

impl From<NameError> for ErrorCode {
    fn from(error: NameError) -> Self {
        match error {
            NameError::Reserved => Self::ReservedName,
            NameError::TooShort
            | NameError::TooLong
            | NameError::BadCharacter
            | NameError::TooManyMarks
            | NameError::MixedScripts => Self::BadName,
        }
    }
}

#[cfg(test)]
mod tests;
