/** Adapts Picture-in-Picture: the standard one, else Safari's presentation mode, else none. */
type SafariVideo = HTMLVideoElement & {
  webkitSupportsPresentationMode?: (mode: string) => boolean
  webkitSetPresentationMode?: (mode: string) => void
  webkitPresentationMode?: string
}

export class PictureInPicture {
  constructor(private readonly video: SafariVideo) {}

  get available(): boolean {
    return (document.pictureInPictureEnabled && !this.video.disablePictureInPicture)
      || this.video.webkitSupportsPresentationMode?.('picture-in-picture') === true
  }

  get active(): boolean {
    return document.pictureInPictureElement === this.video
      || this.inShadow()
      || this.video.webkitPresentationMode === 'picture-in-picture'
  }

  /** Fails when the browser wants a click first. */
  async toggle(): Promise<void> {
    if (document.pictureInPictureEnabled) {
      if (this.active) await document.exitPictureInPicture()
      else await this.video.requestPictureInPicture()
    } else {
      this.video.webkitSetPresentationMode?.(this.active ? 'inline' : 'picture-in-picture')
    }
  }

  onChange(listener: (active: boolean) => void, signal: AbortSignal): void {
    for (const name of ['enterpictureinpicture', 'leavepictureinpicture', 'webkitpresentationmodechanged']) {
      this.video.addEventListener(name, () => listener(this.active), { signal })
    }
  }

  /** Inside a shadow root the document names the host, the root names the video. */
  private inShadow(): boolean {
    const root = this.video.getRootNode()
    return root instanceof ShadowRoot && root.pictureInPictureElement === this.video
  }
}
