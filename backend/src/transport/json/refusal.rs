//! Refusals of a room as error codes: the one table.

use protocol::ErrorCode;
use room::Refusal;

use crate::metrics::JoinOutcome;
use crate::refused::Refused;

/// What a client is told.
pub(crate) fn error_of(refusal: &Refusal) -> Refused {
    let (code, detail) = match refusal {
        Refusal::WrongPassword => (ErrorCode::WrongPassword, "the password is wrong"),
        Refusal::RoomFull => (ErrorCode::RoomFull, "as many members are online as may be"),
        Refusal::NameTaken => (ErrorCode::NameTaken, "another member has this name, or a like one"),
        Refusal::BadMemberName => (ErrorCode::BadMemberName, "this cannot be the name of a member"),
        Refusal::NotAuthor => (ErrorCode::NotAuthor, "the message is another member's"),
        Refusal::NotCreator => (ErrorCode::NotCreator, "only the room's creator may do this"),
        Refusal::NotFound => (ErrorCode::NotFound, "there is no such message"),
        Refusal::OwnVote => (ErrorCode::OwnVote, "nobody votes on their own message"),
        Refusal::NoFile => (ErrorCode::NoFile, "the file or preview already serves a message"),
        Refusal::Empty => (ErrorCode::Empty, "the text is empty"),
        Refusal::BadText => (ErrorCode::BadText, "the text has control characters"),
        Refusal::TooLong => (ErrorCode::TooLong, "the text is longer than its limit"),
        Refusal::RateLimited { .. } => (ErrorCode::RateLimited, "too much in too short a time"),
        Refusal::NotJoined => (ErrorCode::BadFrame, "join comes first"),
        Refusal::AlreadyJoined => (ErrorCode::BadFrame, "joined already"),
    };
    let retry_after_ms = match refusal {
        Refusal::RateLimited { retry_after_ms } => *retry_after_ms,
        _ => None,
    };
    Refused { code, detail, retry_after_ms }
}

/// What a refused join counts as.
pub(crate) fn outcome_of(code: ErrorCode) -> JoinOutcome {
    match code {
        ErrorCode::WrongPassword => JoinOutcome::WrongPassword,
        ErrorCode::RoomFull => JoinOutcome::RoomFull,
        ErrorCode::NameTaken | ErrorCode::BadMemberName => JoinOutcome::BadName,
        ErrorCode::RateLimited => JoinOutcome::RateLimited,
        ErrorCode::NotFound => JoinOutcome::NotFound,
        ErrorCode::Unavailable => JoinOutcome::Unavailable,
        ErrorCode::Moved => JoinOutcome::Moved,
        _ => JoinOutcome::Refused,
    }
}
