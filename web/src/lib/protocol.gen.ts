// Generated from crates/protocol; do not edit.
// `UPDATE_GENERATED=1 cargo test -p protocol typescript` writes it anew.

/** A member: `m` and its number. */
export type Member = string;

/** A time: RFC 3339 in UTC with milliseconds. On the wire it ends with the year 9999. */
export type Timestamp = string;

/** 128 bits in base64url without padding: an incarnation, a session's hash, an owner's id. */
export type Id128 = string;

/** A frame of a client. */
export type ClientFrame =
  | { type: "join" } & Join
  | {
      type: "post",
      /** Comes back with the answer. */
      id?: number,
      /** The client's own name for the post, 1 to 64 of `A-Z a-z 0-9 _ -`: sent again, it gets the first answer. */
      key: string,
      /** The text; may be left out with a file. */
      text?: string,
      /** The message that it answers. */
      replyTo?: number,
      /** The `descriptor` of an upload. */
      file?: string,
      /** The `descriptor` of a preview. */
      preview?: string,
    }
  | {
      type: "edit",
      /** Comes back with the answer. */
      id?: number,
      /** The message. */
      message: number,
      /** Its text from now on. */
      text: string,
    }
  | {
      type: "delete",
      /** Comes back with the answer. */
      id?: number,
      /** The message. */
      message: number,
    }
  | {
      type: "vote",
      /** Comes back with the answer. */
      id?: number,
      /** The message. */
      message: number,
      /** The vote from now on. */
      value: VoteValue,
    }
  | {
      type: "rename",
      /** Comes back with the answer. */
      id?: number,
      /** The name. */
      name: string,
    }
  | {
      type: "describe",
      /** Comes back with the answer. */
      id?: number,
      /** The description; may be empty. */
      text: string,
    }
  | { type: "typing" }
  | {
      type: "history",
      /** Comes back with the answer. */
      id?: number,
      /** Messages below this one; the newest without it. */
      before?: number,
      /** How many at most; 100 without it, and never more. */
      limit?: number,
    }
  | {
      type: "grant",
      /** Comes back with the answer. */
      id?: number,
    }
  | {
      type: "members",
      /** Comes back with the answer. */
      id?: number,
      /** The beginning; may be empty. */
      prefix?: string,
    };

/** A request to enter a room. */
export type Join = {
  /** Comes back with a refusal. */
  id?: number,
  /** The name chosen now; without it the old one, or a friendly one. */
  name?: string,
  /** The room's password, or that of a room to be made. */
  password?: string,
  /** What the client holds from before. */
  resume?: Resume,
};

/** Where a client's copy of the room ends. */
export type Resume = {
  /** The life of the room that it knows. */
  incarnation: Id128,
  /** The owner's term in which its newest event came. */
  epoch: number,
  /** Its newest event. */
  seq: number,
  /** The newest `keep` that it was given. */
  keep?: string,
};

/** A vote. */
export type VoteValue = "up" | "down" | "none";

/** A frame of the server. */
export type ServerFrame =
  | { type: "joined" } & Joined
  | { type: "event" } & Event
  | {
      type: "history",
      /** The request's. */
      id: number | null,
      /** The messages. */
      messages: Array<Message>,
      /** Whether older ones are kept. */
      more: boolean,
    }
  | {
      type: "grant",
      /** The request's. */
      id: number | null,
      /** The value of the `Instantchat-Grant` header. */
      grant: string,
    }
  | {
      type: "members",
      /** The request's. */
      id: number | null,
      /** The members. */
      members: Array<MemberState>,
    }
  | {
      type: "presence",
      /** Who came, or everybody who is here with `snapshot`. */
      joined: Array<MemberState>,
      /** Who left. */
      left: Array<Member>,
      /** Members online. */
      online: number,
      /** Whether `joined` is everybody who is here. */
      snapshot: boolean,
      /** Whether there are so many that only the count is told. */
      crowded: boolean,
    }
  | {
      type: "ok",
      /** The request's. */
      id: number | null,
      /** The event that it made; null when nothing had to change. */
      seq: number | null,
    }
  | {
      type: "error",
      /** The request's. */
      id: number | null,
      /** Why, for programs. */
      code: ErrorCode,
      /** Why, for developers. */
      detail: string,
      /** Milliseconds until it may work. */
      retryAfterMs: number | null,
    }
  | {
      type: "heartbeat",
      /** The owner's term. */
      epoch: number,
      /** The newest event. */
      seq: number,
    }
  | {
      type: "typing",
      /** Three at most. */
      members: Array<Member>,
    }
  | {
      type: "notice",
      /** What. */
      text: string,
    }
  | {
      type: "moving",
      /** Come back after this many milliseconds, without jitter. */
      retryAfterMs: number,
    };

/** The answer to `join`. */
export type Joined = {
  /** The room. */
  room: Room,
  /** Who you are in it. */
  you: You,
  /** The life of the room. */
  incarnation: Id128,
  /** The owner's term. */
  epoch: number,
  /** The newest event there is. */
  seq: number,
  /** Who is here and who was; the newest 50 writers of a crowded room. */
  members: Array<MemberState>,
  /** Members online. */
  online: number,
  /** Whether there are so many that presence is counts. */
  crowded: boolean,
  /** The newest messages, oldest first; empty when `resumed`. */
  history: Array<Message>,
  /** Whether older ones are kept. */
  more: boolean,
  /** Whether exactly the missing events follow. */
  resumed: boolean,
  /** What is missing, and why. */
  gap: Gap | null,
  /** Hand this back with `resume`. */
  keep: string,
};

/** A room. */
export type Room = {
  /** Its name. */
  name: string,
  /** Its description; may be empty. */
  description: string,
  /** Whether it has a password. */
  protected: boolean,
  /** When it was created. */
  createdAt: Timestamp,
  /** Who made it. */
  creator: Member | null,
  /** Messages kept now. */
  kept: number,
  /** Messages kept at most. */
  keptMax: number,
  /** Milliseconds from the last use to the end. */
  expiresAfterMs: number,
};

/** The one who joined. */
export type You = {
  /** Its number in this room. */
  member: Member,
  /** Its name. */
  name: string,
  /** Whether it made the room. */
  creator: boolean,
};

/** A member. */
export type MemberState = {
  /** Its number in this room. */
  member: Member,
  /** Its name. */
  name: string,
  /** Whether it is here now. */
  online: boolean,
  /** Whether it made the room. */
  creator: boolean,
  /** When it last posted. */
  lastPostAt: Timestamp | null,
};

/** What a returning client will never get. */
export type Gap = {
  /** The first missing event; null when everything is. */
  from: number | null,
  /** The last missing event; null when everything is. */
  to: number | null,
  /** Why. */
  reason: GapReason,
};

/** Why something is missing. */
export type GapReason = "trimmed" | "restarted";

/** Something that happened. */
export type Event = {
  /** Its number: 1, 2, 3 … without gaps. */
  seq: number,
  /** When. */
  at: Timestamp,
  /** Who did it; null for `trimmed` and `voted`. */
  by: Member | null,
  /** The name of `by` at that time; empty without one. */
  name: string,
  /** What. */
  event: EventKind,
};

/** The kinds of events. */
export type EventKind =
  | {
      kind: "posted",
      /** The client's key of the post. */
      key: string,
      /** The text; empty only with a file. */
      text: string,
      /** The message that it answers. */
      replyTo: number | null,
      /** Its file. */
      file: File | null,
      /** Its preview. */
      preview: Preview | null,
    }
  | {
      kind: "edited",
      /** The message. */
      message: number,
      /** Its text from now on. */
      text: string,
    }
  | {
      kind: "deleted",
      /** The message. */
      message: number,
    }
  | {
      kind: "voted",
      /** The message. */
      message: number,
      /** Votes for it, in total. */
      up: number,
      /** Votes against it, in total. */
      down: number,
    }
  | {
      kind: "renamed",
      /** The member. */
      member: Member,
      /** Its name from now on. */
      name: string,
    }
  | {
      kind: "described",
      /** The description; may be empty. */
      text: string,
    }
  | {
      kind: "trimmed",
      /** The lowest message still kept. */
      before: number,
    };

/** A message as it is now. */
export type Message = {
  /** Its name: the `seq` of the event that posted it. */
  seq: number,
  /** When it was posted. */
  at: Timestamp,
  /** Its author. */
  by: Member,
  /** The author's present name. */
  name: string,
  /** Its present text; empty when deleted. */
  text: string,
  /** The message that it answers. */
  replyTo: number | null,
  /** Its file. */
  file: File | null,
  /** Its preview. */
  preview: Preview | null,
  /** Votes for it. */
  up: number,
  /** Votes against it. */
  down: number,
  /** Your vote. */
  mine: VoteValue,
  /** The `seq` of its last change. */
  rev: number,
  /** When its text was last replaced. */
  editedAt: Timestamp | null,
  /** Whether it was deleted. */
  deleted: boolean,
};

/** A file of a message. */
export type File = {
  /** Its id. */
  id: string,
  /** Where it is read: a path of this site. */
  url: string,
  /** Its name. */
  name: string,
  /** Its media type. */
  type: string,
  /** Its size in bytes. */
  size: number,
  /** Width in pixels, of an image. */
  width: number | null,
  /** Height in pixels, of an image. */
  height: number | null,
  /** Where its thumbnail is read, of an image. */
  thumbnail: string | null,
  /** Whether it was drawn in the room. */
  drawing: boolean,
};

/** A link preview of a message. */
export type Preview = {
  /** Its id. */
  id: string,
  /** The address that was previewed. */
  url: string,
  /** The page's title. */
  title: string,
  /** The page's description; may be empty. */
  description: string,
  /** Its picture. */
  image: Image | null,
};

/** A picture of a preview, on this site. */
export type Image = {
  /** Where it is read: a path of this site. */
  url: string,
  /** Width in pixels. */
  width: number,
  /** Height in pixels. */
  height: number,
};

/** Why something was refused. On the wire in snake case. */
export type ErrorCode =
  | "bad_name"
  | "reserved_name"
  | "wrong_password"
  | "room_full"
  | "name_taken"
  | "bad_member_name"
  | "not_author"
  | "not_creator"
  | "not_found"
  | "own_vote"
  | "no_file"
  | "empty"
  | "bad_text"
  | "too_long"
  | "rate_limited"
  | "bad_frame"
  | "moved"
  | "unavailable"
  | "bad_ticket"
  | "bad_grant"
  | "bad_origin"
  | "bad_url"
  | "no_preview"
  | "bad_file"
  | "too_large"
  | "quota_exceeded"
  | "bad_request";

/** The answer to `GET /api/rooms/{room}`. */
export type RoomInfo = {
  /** The name in its normal form. */
  room: string,
  /** Whether the room exists; asking does not create it. */
  exists: boolean,
  /** Whether it has a password. */
  protected: boolean,
  /** Members online. */
  members: number,
  /** The address of its WebSocket. */
  url: string,
  /** Four free names like it, when it exists. */
  suggestions: Array<string>,
  /** Whether `url` must be asked for, with a ticket, before each connection. */
  direct: boolean,
};

/** The answer to `POST /api/rooms/{room}/ticket`: where one connection is to go. */
export type TicketAnswer = {
  /** The address of the WebSocket. */
  url: string,
  /** What the subprotocol `ticket.…` of the handshake carries, once, within a minute; none where `url` needs none. */
  ticket: string | null,
};

/** The answer to an upload. */
export type Uploaded = {
  /** What `post` carries as `file`, within 10 minutes. */
  descriptor: string,
  /** Its id. */
  id: string,
  /** Where it is read: a path of this site. */
  url: string,
  /** Its name. */
  name: string,
  /** Its media type. */
  type: string,
  /** Its size in bytes. */
  size: number,
  /** Width in pixels, of an image. */
  width: number | null,
  /** Height in pixels, of an image. */
  height: number | null,
  /** Where its thumbnail is read, of an image. */
  thumbnail: string | null,
  /** Whether it was drawn in the room. */
  drawing: boolean,
};

/** A request for a preview. */
export type PreviewRequest = {
  /** The address, of `http` or `https`, 2,000 characters at most. */
  url: string,
};

/** The answer to a request for a preview. */
export type Previewed = {
  /** Its id. */
  id: string,
  /** The address. */
  url: string,
  /** The page's title. */
  title: string,
  /** The page's description; may be empty. */
  description: string,
  /** Its picture. */
  image: Image | null,
  /** What `post` carries as `preview`, within 10 minutes. */
  descriptor: string,
};

/** The answer to `GET /api/site`: what this server is and what it keeps, from its configuration. */
export type SiteInfo = {
  /** The version of the server. */
  version: string,
  /** The build of the web app that it serves; a page of another build offers to reload. */
  build: string,
  /** Who runs this server, in the operator's words; may be empty. */
  operator: string,
  /** Milliseconds from a room's last use to its end. */
  roomExpiresAfterMs: number,
  /** Messages kept per room. */
  messagesMax: number,
  /** Characters of a text. */
  textCharsMax: number,
  /** Bytes of a file. */
  fileBytesMax: number,
  /** Bytes of a drawing or an image. */
  drawingBytesMax: number,
  /** Where files are: in a folder of the server, or in an object store. */
  filesIn: FilesIn,
  /** Days for which a session's cookie is valid. */
  sessionDays: number,
  /** Whether addresses of visitors are written to a log. */
  addressesLogged: boolean,
};

/** Where files are kept. */
export type FilesIn = "folder" | "objectStore";

/** The body of an error (RFC 9457). */
export type Problem = {
  /** Always `about:blank`: the code tells the problem. */
  type: string,
  /** The status in words. */
  title: string,
  /** The status. */
  status: number,
  /** Why, for developers. */
  detail: string,
  /** Why, for programs. */
  code: ErrorCode,
  /** Milliseconds until it may work. */
  retryAfterMs?: number,
};

/** Why a connection ends. */
export const CloseCode = {
  /** 1000: the client asked for it. */
  normal: 1000,
  /** 1001: the server is stopping. */
  goingAway: 1001,
  /** 1002: the client broke RFC 6455. */
  protocolError: 1002,
  /** 1003: the client sent a binary message. */
  unsupported: 1003,
  /** 1007: the client sent text that is not UTF-8. */
  invalidUtf8: 1007,
  /** 1008: refused; the reason is an error code. */
  policy: 1008,
  /** 1009: the frame was too big. */
  tooBig: 1009,
  /** 1011: the server failed. */
  failed: 1011,
  /** 1012: the room is moving; come back. */
  moving: 1012,
  /** 4001: the peer read too slowly; resume. */
  slowReader: 4001,
  /** 4002: another connection of the same session took over. */
  replaced: 4002,
  /** 4003: the room is closed. */
  roomClosed: 4003,
  /** 4004: nothing came from the peer for too long. */
  idle: 4004,
} as const;

/** Bytes of one client frame: 10,000 characters, fully escaped, and the envelope. */
export const CLIENT_FRAME_BYTES_MAX = 131072;

/** Bytes of one server frame. */
export const SERVER_FRAME_BYTES_MAX = 262144;

/** Bytes of messages in one `joined` or `history` frame. */
export const HISTORY_BYTES_MAX = 196608;

/** JSON values of one client frame, those of unknown fields too. */
export const FRAME_VALUES_MAX = 64;

/** The largest number in a frame, of an `id` too: 2^53−1, the largest that JSON carries safely. */
export const INTEGER_MAX = 9007199254740991;

/** Bytes of any token; longer ones are refused before they are decoded. */
export const TOKEN_BYTES_MAX = 8192;

/** Milliseconds for which a ticket is valid. */
export const TICKET_MS = 60000;

/** Milliseconds by which clocks may differ when a ticket is judged. */
export const TICKET_LEEWAY_MS = 10000;

/** Milliseconds for which a grant is valid. */
export const GRANT_MS = 600000;

/** Milliseconds for which the descriptor of an upload or a preview may be posted. */
export const DESCRIPTOR_MS = 600000;

/** Milliseconds for which a `keep` restores a room: far longer than an idle room lives, since a page that stays connected is given none anew. */
export const KEEP_MS = 2592000000;

/** Characters of a room password. */
export const PASSWORD_CHARS_MAX = 200;

/** Characters of the address in a request for a preview. */
export const PREVIEW_URL_CHARS_MAX = 2000;

/** Malformed frames of one connection before it is closed. */
export const BAD_FRAMES_MAX = 10;

/** Milliseconds between two heartbeats of the server. */
export const HEARTBEAT_MS = 25000;

/** Milliseconds of silence after which a peer is closed. */
export const IDLE_MS = 60000;

/** Milliseconds until the first frame must have come. */
export const FIRST_FRAME_MS = 10000;

/** The fewest and the most characters of a room's name in its normal form. */
export const ROOM_NAME_CHARS_MIN = 3;
export const ROOM_NAME_CHARS_MAX = 100;

/** The WebSocket subprotocol of version 1. */
export const SUBPROTOCOL = "instantchat.v1";

/** What a ticket begins with where it is a second subprotocol. */
export const TICKET_SUBPROTOCOL_PREFIX = "ticket.";

/** The header that carries a grant with an upload or a preview. */
export const GRANT_HEADER = "instantchat-grant";
