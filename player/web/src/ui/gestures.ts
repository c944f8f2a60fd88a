/** Pointer on the picture: a click plays or pauses, a double click fills the screen; on touch, sides jump 10 s. */
const DOUBLE_MS = 280

export interface GestureActions {
  toggle(): void
  reveal(): void
  fullscreen(): void
  jump(seconds: number): void
  /** Whether the controls are on screen. */
  active(): boolean
}

export function watchGestures(surface: HTMLElement, actions: GestureActions, signal: AbortSignal): void {
  let last = { at: Number.NEGATIVE_INFINITY, side: 0 }
  let pending: ReturnType<typeof setTimeout> | undefined
  surface.addEventListener('click', (event) => {
    const touch = (event as PointerEvent).pointerType === 'touch'
    const box = surface.getBoundingClientRect()
    const across = (event.clientX - box.left) / Math.max(1, box.width)
    const side = across < 0.36 ? -1 : across > 0.64 ? 1 : 0
    const double = event.timeStamp - last.at < DOUBLE_MS && (!touch || side === last.side)
    clearTimeout(pending)
    last = { at: event.timeStamp, side }
    if (double) {
      if (touch && side !== 0) actions.jump(side * 10)
      else actions.fullscreen()
    } else if (touch) {
      pending = setTimeout(() => actions.reveal(), side === 0 ? 0 : DOUBLE_MS)
    } else {
      pending = setTimeout(() => actions.toggle(), DOUBLE_MS * 0.7)
    }
  }, { signal })
  signal.addEventListener('abort', () => clearTimeout(pending))
}
