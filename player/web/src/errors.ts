/**
 * Numbers of the shell's own errors. Support asks for them, so no number means two things, here or in the session
 * (`player/core/src/session/README.md`); the table of both is in `player/web/README.md`.
 */
/** Native HLS: the browser's own download failed. */
export const NATIVE_NETWORK = 1012
/** The address expired and no new one came. */
export const EXPIRED = 1403
/** What the video element itself reports: this plus `MediaError.code`, 3011 to 3014. */
export const MEDIA_ELEMENT = 3010
/** What a key system decrypted cannot be decoded: the licence has another key under this identifier. */
export const WRONG_KEY = 4013
/** A subtitle file is of no known format, or the module that would read it did not load. */
export const SUBTITLE_FILE = 3004
/** A SourceBuffer could not be made or worked. */
export const SOURCE_BUFFER = 3016
/** The core did not load. */
export const CORE = 5001
/** The worker failed while it ran. */
export const WORKER = 5002
/** Neither MediaSource nor native HLS. */
export const NO_MEDIA_SOURCE = 5003
