/** Adapts the Media Session API: lock screens, headset buttons and keyboards drive the player. */
export interface MediaSessionActions {
  play(): void
  pause(): void
  seek(seconds: number): void
  jump(seconds: number): void
  next: (() => void) | null
}

const NAMES = ['play', 'pause', 'seekto', 'seekbackward', 'seekforward', 'nexttrack'] as const

export function claimMediaSession(title: string, poster: string, actions: MediaSessionActions): void {
  if (!('mediaSession' in navigator)) return
  const { mediaSession } = navigator
  const artwork = poster ? [{ src: new URL(poster, document.baseURI).href }] : []
  mediaSession.metadata = new MediaMetadata({ title, artist: 'Bitaca Play', artwork })
  const handlers: Record<(typeof NAMES)[number], MediaSessionActionHandler | null> = {
    play: () => actions.play(),
    pause: () => actions.pause(),
    seekto: ({ seekTime }) => seekTime !== undefined && actions.seek(seekTime),
    seekbackward: ({ seekOffset }) => actions.jump(-(seekOffset ?? 10)),
    seekforward: ({ seekOffset }) => actions.jump(seekOffset ?? 10),
    nexttrack: actions.next && (() => actions.next?.()),
  }
  for (const name of NAMES) setHandler(name, handlers[name])
}

export function releaseMediaSession(): void {
  if (!('mediaSession' in navigator)) return
  navigator.mediaSession.metadata = null
  for (const name of NAMES) setHandler(name, null)
}

export function tellMediaSession(video: HTMLVideoElement): void {
  if (!('mediaSession' in navigator)) return
  navigator.mediaSession.playbackState = video.paused ? 'paused' : 'playing'
  const { duration, currentTime: position, playbackRate } = video
  if (Number.isFinite(duration) && duration > 0 && position <= duration) {
    navigator.mediaSession.setPositionState?.({ duration, position, playbackRate })
  }
}

function setHandler(name: MediaSessionAction, handler: MediaSessionActionHandler | null): void {
  try {
    navigator.mediaSession.setActionHandler(name, handler)
  } catch {
    // An action that this browser does not know.
  }
}
