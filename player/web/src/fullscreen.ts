/** Adapts the Fullscreen API; on an iPhone only the video itself can fill the screen. */
type PhoneVideo = HTMLVideoElement & {
  webkitEnterFullscreen?: () => void
  webkitExitFullscreen?: () => void
  webkitDisplayingFullscreen?: boolean
  webkitSupportsFullscreen?: boolean
}

export class Fullscreen {
  constructor(private readonly element: HTMLElement, private readonly video: PhoneVideo) {}

  get available(): boolean {
    return document.fullscreenEnabled || typeof this.video.webkitEnterFullscreen === 'function'
  }

  get active(): boolean {
    return document.fullscreenElement === this.element || this.video.webkitDisplayingFullscreen === true
  }

  async toggle(): Promise<void> {
    if (this.active) {
      if (document.fullscreenElement) await document.exitFullscreen()
      else this.video.webkitExitFullscreen?.()
      return
    }
    if (document.fullscreenEnabled) {
      await this.element.requestFullscreen({ navigationUI: 'hide' })
      await lockLandscape()
    } else {
      this.video.webkitEnterFullscreen?.()
    }
  }

  /** Calls back when the state changes; `native` when the browser draws the picture alone. */
  onChange(listener: (native: boolean) => void, signal: AbortSignal): void {
    document.addEventListener('fullscreenchange', () => listener(false), { signal })
    this.video.addEventListener('webkitbeginfullscreen', () => listener(true), { signal })
    this.video.addEventListener('webkitendfullscreen', () => listener(false), { signal })
  }
}

/** Phones turn the film on its side; everything else refuses, which is as it should be. */
async function lockLandscape(): Promise<void> {
  const orientation = screen.orientation as ScreenOrientation & { lock?: (to: string) => Promise<void> }
  await orientation.lock?.('landscape').catch(() => undefined)
}
