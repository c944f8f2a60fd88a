/** Joins the parts: what the viewer does becomes calls on the player, what the player says becomes pixels. */
import type { BitacaPlayer } from '../element'
import { EXPIRED } from '../errors'
import { Fullscreen } from '../fullscreen'
import { claimMediaSession, tellMediaSession } from '../media-session'
import { PictureInPicture } from '../picture-in-picture'
import type { Playback, PlayerError, Topic } from '../playback'
import { clock, descriptorName, languageName, languageOf, words as wordsOf, type Language, type Words } from '../words'
import { CaptionOverlay } from './captions'
import { make, setIcon, setLabel, iconButton } from './dom'
import { watchGestures } from './gestures'
import { icon, type IconName } from './icons'
import { isTyping, pressKey, type KeyActions } from './keyboard'
import { layOut, type Layout } from './layout'
import { Menu } from './menu'
import { audioMenu, moreMenu, qualityMenu, qualityName, SPEEDS, subtitleMenu } from './menus'
import { AgeNotice, Announcer, FailurePanel } from './notices'
import { SeekBar } from './seekbar'
import { StatisticsPanel } from './statistics'

/** Controls leave the picture alone after this long without pointer, key or focus. */
const FADE_MS = 2500
/** An expired address that nobody renews for this long is said over the picture, once it stands still. */
const RENEWAL_MS = 3000
/** The age rating is shown again when a title starts, not at every pause. */
const START_S = 10
/** Closer to the edge than this is live. */
const LIVE_WITHIN_S = 5

export class Interface {
  private readonly seekBar: SeekBar
  private readonly menu: Menu
  private readonly overlay: CaptionOverlay
  private readonly statistics: StatisticsPanel
  private readonly shortcuts = make('section', { class: 'panel', part: 'shortcuts', hidden: true, tabindex: '-1' })
  private readonly age = new AgeNotice()
  private readonly failure: FailurePanel
  private readonly announcer = new Announcer()
  private readonly fullscreen: Fullscreen
  private readonly pip: PictureInPicture
  private readonly at: Layout
  private language: Language = 'pt'
  private words: Words = wordsOf('pt')
  private fade: ReturnType<typeof setTimeout> | undefined
  private renewal: ReturnType<typeof setInterval> | undefined
  private ageShown = false
  private offered = ''

  constructor(
    private readonly player: BitacaPlayer,
    private readonly playback: Playback,
    root: ShadowRoot,
    signal: AbortSignal,
  ) {
    const { video } = playback
    this.seekBar = new SeekBar(playback, (seconds) => player.seek(seconds), signal)
    this.menu = new Menu(() => this.reveal(), signal)
    this.statistics = new StatisticsPanel(playback)
    this.failure = new FailurePanel(() => void player.retry())
    this.fullscreen = new Fullscreen(player, video)
    this.pip = new PictureInPicture(video)
    this.overlay = new CaptionOverlay(video, playback.subtitles, signal)
    this.at = layOut({
      video,
      captions: this.overlay.parts,
      seek: this.seekBar.element,
      menu: this.menu.element,
      panels: [this.statistics.element, this.shortcuts],
      age: this.age.element,
      failure: this.failure.element,
      announcements: [this.announcer.toast, this.announcer.live],
    })
    root.append(this.at.stage)
    playback.subtitles.onChange((cues) => this.overlay.show(cues), signal)
    this.watchButtons(signal)
    this.watchVideo(video, signal)
    this.watchViewer(signal)
    signal.addEventListener('abort', () => {
      clearTimeout(this.fade)
      clearInterval(this.renewal)
      this.age.hide()
    })
    this.translate()
    this.reveal()
  }

  /** Called when an attribute changes. */
  translate(): void {
    this.language = languageOf(this.player.getAttribute('lang'))
    this.words = wordsOf(this.language)
    this.seekBar.translate(this.words, this.language)
    this.player.setAttribute('aria-label', this.player.heading || 'Bitaca')
    this.refresh()
  }

  /** Called when the playback has news. */
  hear(topic: Topic, detail?: PlayerError): void {
    if (topic === 'stats') {
      this.statistics.update(this.words, this.language, this.panelHeader(this.words.stats, this.statistics.element))
      return
    }
    if (topic === 'source') {
      this.ageShown = false
      this.at.stage.classList.remove('started', 'ended', 'failed', 'waiting')
      this.offered = ''
      this.at.offers.replaceChildren()
      this.overlay.show([])
    }
    if (topic === 'recovered' || topic === 'source') {
      clearInterval(this.renewal)
      this.failure.hide()
    }
    if (topic === 'expired') this.awaitRenewal()
    if (topic === 'error' && !this.playback.error && detail?.category === 'network') this.announcer.say(this.words.stalled)
    if (topic === 'error' && this.playback.error) {
      this.menu.close(false)
      this.failure.show(this.playback.error, this.words)
    }
    if (topic === 'preview') {
      this.seekBar.updatePreview()
      return
    }
    if (topic === 'interstitial') {
      const between = this.playback.interstitials.current !== null
      this.at.stage.classList.toggle('between', between)
      // What comes before the title is seen instead of its poster.
      if (between) this.at.stage.classList.add('started')
      this.offered = ''
    }
    if (topic === 'sidecar' || topic === 'dateRange') this.seekBar.updateSidecar()
    this.refresh()
  }

  private refresh(): void {
    const { at, player, words } = this
    const { video } = this.playback
    at.heading.textContent = player.heading
    const poster = player.poster
    at.poster.hidden = !poster
    if (poster && at.poster.getAttribute('src') !== poster) at.poster.src = poster
    const ended = video.ended && this.playback.screen === video
    at.stage.classList.toggle('ended', ended)
    at.stage.classList.toggle('failed', !this.failure.element.hidden)
    at.stage.classList.toggle('waiting', !this.playback.error && isWaiting(video))
    const state: [IconName, string] = ended ? ['replay', words.replay] : this.playback.screen.paused ? ['play', words.play] : ['pause', words.pause]
    setIcon(at.play, state[0])
    setLabel(at.play, state[1], 'K')
    setIcon(at.big, ended ? 'replay' : 'play')
    setLabel(at.big, ended ? words.replay : words.play)
    at.next.hidden = !player.hasNext
    setLabel(at.next, player.nextTitle ? `${words.next}: ${player.nextTitle}` : words.next, 'N')
    this.refreshSound()
    this.refreshMenus()
    at.full.hidden = !this.fullscreen.available
    setIcon(at.full, this.fullscreen.active ? 'window' : 'full')
    setLabel(at.full, this.fullscreen.active ? words.exitFullscreen : words.fullscreen, 'F')
    at.pip.hidden = !this.pip.available
    at.pip.setAttribute('aria-pressed', String(this.pip.active))
    setLabel(at.pip, words.pip, 'P')
    this.tick()
  }

  private refreshSound(): void {
    const { volume, muted } = this.playback.video
    const silent = muted || volume === 0
    setIcon(this.at.mute, silent ? 'muted' : volume < 0.5 ? 'low' : 'volume')
    setLabel(this.at.mute, silent ? this.words.unmute : this.words.mute, 'M')
    const level = silent ? 0 : volume
    this.at.volume.value = String(level)
    this.at.volume.style.setProperty('--level', `${level * 100}%`)
    this.at.volume.setAttribute('aria-label', this.words.volume)
    this.at.volume.setAttribute('aria-valuetext', `${Math.round(level * 100)} %`)
  }

  private refreshMenus(): void {
    const { at, words, player } = this
    const current = this.playback.quality
    at.quality.hidden = player.qualities.length === 0
    const name = current ? qualityName(current.height) : ''
    const automatic = player.chosenQuality === 'auto'
    const pinned = player.qualities.find((one) => one.id === player.chosenQuality)
    const shown = automatic ? name : qualityName(pinned?.height ?? current?.height ?? 0)
    at.quality.replaceChildren(...(automatic ? [make('small', {}, shown ? 'Auto · ' : 'Auto'), shown] : [shown]))
    setLabel(at.quality, `${words.quality}: ${automatic ? `${words.auto}${shown ? `, ${shown}` : ''}` : shown}`)
    at.audio.hidden = player.audioTracks.length < 2
    at.audio.classList.toggle('wide', player.textTracks.length > 0)
    const audio = player.audioTracks.find((one) => one.selected)
    setLabel(at.audio, `${words.audio}: ${audio ? audio.label || languageName(audio.language, this.language) : words.auto}`)
    at.captions.hidden = player.textTracks.length === 0
    const text = player.textTracks.find((one) => one.selected)
    setLabel(at.captions, `${words.subtitles}: ${text ? text.label || languageName(text.language, this.language) : words.off}`, 'C')
    at.captions.style.color = text ? 'var(--_accent)' : ''
    setLabel(at.more, words.more)
    setText(at.live, words.live)
  }

  /** What moves with the playhead. */
  private tick(): void {
    const { currentTime, duration } = this.playback
    const { live } = this.playback
    const left = Number.isFinite(duration) ? duration - currentTime : 0
    // Half a minute behind is still live to a viewer; what counts is being able to catch up.
    const behind = live ? Math.max(0, live.edge - currentTime) : 0
    this.at.live.hidden = !live
    this.at.left.hidden = Boolean(live)
    this.at.live.classList.toggle('behind', behind > LIVE_WITHIN_S)
    setText(this.at.elapsed, live ? (behind > LIVE_WITHIN_S ? `−${clock(behind)}` : '') : clock(currentTime))
    setText(this.at.left, `−${clock(left)}`)
    this.seekBar.update()
    this.offer(currentTime)
  }

  /** "Pular abertura" inside the opening, "Próximo episódio" inside the credits. */
  private offer(at: number): void {
    const { at: layout, words, player } = this
    const between = this.playback.interstitials.current
    const marker = between ? undefined : this.playback.sidecar?.markers.find((one) => one.startS <= at && at < one.endS - 0.4)
    const intro = marker && /^(intro|opening)$/.test(marker.kind)
    const credits = !between && (marker?.kind === 'credits' || this.playback.video.ended) && player.hasNext
    const key = between ? `between ${between.skippable} ${this.language}` : intro ? `intro ${this.language}` : credits ? `credits ${this.language}` : ''
    if (key === this.offered) return
    this.offered = key
    if (between) {
      layout.offers.replaceChildren()
      if (!between.skippable) return
      const skip = make('button', { type: 'button', class: 'offer' }, icon('skip'), words.skipBreak)
      skip.addEventListener('click', () => player.skipMarker())
      layout.offers.replaceChildren(skip)
    } else if (intro) {
      const skip = make('button', { type: 'button', class: 'offer' }, icon('skip'), words.skipIntro)
      skip.addEventListener('click', () => player.seek(marker.endS))
      layout.offers.replaceChildren(skip)
    } else if (credits) {
      const next = make('button', { type: 'button', class: 'offer' }, icon('next'), words.upNext)
      next.addEventListener('click', () => player.goNext())
      layout.offers.replaceChildren(next)
    } else {
      layout.offers.replaceChildren()
    }
  }

  private watchButtons(signal: AbortSignal): void {
    const { at, player, playback } = this
    const on = (button: HTMLElement, act: () => void) => button.addEventListener('click', act, { signal })
    on(at.big, () => void player.play())
    on(at.play, () => this.actions.toggle())
    on(at.next, () => player.goNext())
    on(at.live, () => {
      if (playback.live) player.seek(playback.live.edge)
    })
    on(at.mute, () => this.actions.mute())
    on(at.full, () => this.actions.fullscreen())
    on(at.pip, () => this.actions.pip())
    on(at.quality, () => this.menu.toggle(at.quality, this.words.quality, qualityMenu(player, this.words, this.language)))
    on(at.audio, () => this.menu.toggle(at.audio, this.words.audio, audioMenu(player, this.words, this.language)))
    on(at.captions, () => {
      // A narrow picture has one button for both.
      const sound = player.audioTracks.length > 1 && at.audio.offsetParent === null
      const sections = subtitleMenu(player, this.words, this.language)
      if (sound) sections.push(...audioMenu(player, this.words, this.language))
      this.menu.toggle(at.captions, this.words.subtitles, sections)
    })
    on(at.more, () => {
      const pip = this.pip.available && at.pip.offsetParent === null ? () => this.actions.pip() : null
      const { stats, shortcuts } = this.actions
      this.menu.toggle(at.more, this.words.more, moreMenu(player, this.words, this.language, { pip, stats, shortcuts }))
    })
    at.volume.addEventListener('input', () => {
      playback.video.muted = false
      playback.video.volume = Number(at.volume.value)
      this.reveal()
    }, { signal })
  }

  private watchVideo(video: HTMLVideoElement, signal: AbortSignal): void {
    const on = (names: string, act: () => void) => {
      for (const name of names.split(' ')) video.addEventListener(name, act, { signal })
    }
    on('timeupdate seeking', () => this.tick())
    on('progress timeupdate seeked', () => this.seekBar.updateBuffered())
    on('play playing pause waiting seeking seeked ended volumechange ratechange canplay loadeddata', () => this.refresh())
    on('durationchange', () => {
      this.seekBar.updateSidecar()
      this.refresh()
    })
    on('playing', () => this.started())
    on('pause', () => this.reveal())
    on('play pause', () => this.claimSession())
    on('durationchange seeked ratechange playing pause', () => tellMediaSession(video))
    this.fullscreen.onChange((native) => {
      this.playback.subtitles.drawNatively(native)
      this.refresh()
    }, signal)
    this.pip.onChange((active) => {
      this.playback.subtitles.drawNatively(active)
      this.refresh()
    }, signal)
  }

  private watchViewer(signal: AbortSignal): void {
    const { stage, surface } = this.at
    watchGestures(surface, {
      toggle: () => (this.menu.open ? this.menu.close() : this.actions.toggle()),
      reveal: () => (this.isActive() && !this.playback.video.paused ? this.hide() : this.reveal()),
      fullscreen: () => this.actions.fullscreen(),
      jump: (seconds) => this.actions.jump(seconds),
      active: () => this.isActive(),
    }, signal)
    for (const name of ['pointermove', 'focusin']) {
      stage.addEventListener(name, (event) => {
        if ((event as PointerEvent).pointerType !== 'touch') this.reveal()
      }, { signal })
    }
    stage.addEventListener('pointerdown', (event) => {
      if (event.target !== surface) this.reveal()
      if (this.menu.open && !event.composedPath().includes(this.menu.element)
        && !event.composedPath().some((one) => one instanceof HTMLElement && one.getAttribute('aria-expanded') === 'true')) {
        this.menu.close(false)
      }
    }, { signal })
    stage.addEventListener('pointerleave', () => this.fadeSoon(600), { signal })
    const key = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isTyping(event) || this.playback.error) return
      const mine = event.composedPath().includes(this.player)
      if (!mine && event.target !== document.body) return
      this.reveal()
      if (pressKey(event, this.actions)) event.preventDefault()
    }
    document.addEventListener('keydown', key, { signal })
  }

  /** The page is asked for a new address; should it not come, the viewer is told and can ask again. */
  private awaitRenewal(): void {
    clearInterval(this.renewal)
    this.announcer.say(this.words.errors['expired'] ?? '')
    this.renewal = setInterval(() => {
      if (this.playback.video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA) return
      clearInterval(this.renewal)
      this.menu.close(false)
      this.failure.show({ code: EXPIRED, category: 'network', severity: 'recoverable', data: 'expired' }, this.words)
      this.refresh()
    }, RENEWAL_MS)
  }

  private started(): void {
    this.at.stage.classList.add('started')
    this.reveal()
    if (this.ageShown || this.playback.video.currentTime > START_S + Math.max(0, this.player.startAt ?? 0)) return
    this.ageShown = true
    const { ageRating, ageDescriptors } = this.player
    if (ageRating) {
      this.age.show(ageRating, ageDescriptors, this.words, this.language)
      this.announcer.whisper([this.words.rated[ageRating] ?? ageRating, ...ageDescriptors.map((one) => descriptorName(one, this.language))].join(', '))
    }
  }

  private claimSession(): void {
    if (this.playback.video.paused) return
    const { player } = this
    claimMediaSession(player.heading || document.title, player.poster, {
      play: () => void player.play(),
      pause: () => player.pause(),
      seek: (seconds) => player.seek(seconds),
      jump: (seconds) => this.actions.jump(seconds),
      next: player.hasNext ? () => player.goNext() : null,
    })
  }

  private isActive(): boolean {
    return this.at.stage.classList.contains('active')
  }

  private reveal(): void {
    this.at.stage.classList.add('active')
    this.at.stage.classList.remove('quiet')
    this.fadeSoon(FADE_MS)
  }

  private fadeSoon(ms: number): void {
    clearTimeout(this.fade)
    this.fade = setTimeout(() => this.hide(), ms)
  }

  private hide(): void {
    const { video } = this.playback
    const held = video.paused || this.menu.open || !this.at.stage.classList.contains('started') || this.at.stage.querySelector('.dragging') !== null
    if (held) return
    this.at.stage.classList.remove('active')
    this.at.stage.classList.add('quiet')
  }

  private pulse(name: IconName): void {
    const { pulse } = this.at
    pulse.replaceChildren(icon(name))
    pulse.classList.remove('go')
    void pulse.offsetWidth
    pulse.classList.add('go')
  }

  private panelHeader(title: string, panel: HTMLElement): HTMLElement {
    const close = iconButton('close', 'close')
    setLabel(close, this.words.close)
    close.addEventListener('click', () => (panel.hidden = true))
    return make('header', {}, title, close)
  }

  private showShortcuts(): void {
    const rows = this.words.keys.flatMap(([key, what]) => [make('dt', {}, make('kbd', {}, key)), make('dd', {}, what)])
    this.shortcuts.replaceChildren(this.panelHeader(this.words.shortcuts, this.shortcuts), make('dl', {}, ...rows))
    this.shortcuts.hidden = false
  }

  private readonly actions: KeyActions = {
    toggle: () => {
      const video = this.playback.screen
      if (video.paused || video.ended) void this.player.play()
      else this.player.pause()
      if (this.at.stage.classList.contains('started')) this.pulse(video.paused ? 'pause' : 'play')
    },
    jump: (seconds) => {
      this.player.seek(this.player.currentTime + seconds)
      const hint = seconds < 0 ? this.at.jumpBack : this.at.jumpForward
      hint.querySelector('span')?.replaceChildren(`${Math.abs(seconds)} s`)
      hint.classList.add('shown')
      setTimeout(() => hint.classList.remove('shown'), 450)
      this.announcer.whisper(clock(this.player.currentTime))
    },
    louder: (by) => {
      const { video } = this.playback
      video.muted = false
      video.volume = Math.max(0, Math.min(1, Math.round((video.volume + by) * 100) / 100))
      this.announcer.say(`${this.words.volume} ${Math.round(video.volume * 100)} %`)
    },
    mute: () => {
      const { video } = this.playback
      if (video.volume === 0) video.volume = 0.5
      else video.muted = !video.muted
    },
    fullscreen: () => void this.fullscreen.toggle().catch(() => this.announcer.say(`${this.words.fullscreen}: –`)),
    captions: () => {
      const tracks = this.player.textTracks
      const on = tracks.find((one) => one.selected)
      const { textLanguage } = this.playback.preferences
      const wanted = tracks.find((one) => one.language === textLanguage) ?? tracks.find((one) => !one.forced) ?? tracks[0]
      if (!wanted) return
      this.player.setText(on ? null : wanted.id)
      this.announcer.say(`${this.words.subtitles}: ${on ? this.words.off : wanted.label || languageName(wanted.language, this.language)}`)
    },
    pip: () => {
      if (!this.pip.available) this.announcer.say(this.words.noPip)
      else void this.pip.toggle().catch(() => this.announcer.say(this.words.noPip))
    },
    part: (tenths) => {
      const { start, end } = this.playback.range
      this.player.seek(start + (end - start) * (tenths / 10))
    },
    frame: (by) => {
      const rung = this.player.qualities.find((one) => one.id === this.playback.quality?.id)
      if (this.playback.video.paused) this.player.seek(this.player.currentTime + by / (rung?.frameRate || 24))
    },
    faster: (by) => {
      const at = SPEEDS.findIndex((speed) => speed >= this.player.playbackRate)
      const speed = SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, at + by))] ?? 1
      this.player.playbackRate = speed
      this.announcer.say(`${this.words.speed}: ${speed.toLocaleString(this.language === 'en' ? 'en' : 'pt-BR')}×`)
    },
    stats: () => {
      this.shortcuts.hidden = true
      this.statistics.element.hidden = !this.statistics.element.hidden
      this.hear('stats')
    },
    next: () => this.player.goNext(),
    shortcuts: () => {
      this.statistics.element.hidden = true
      if (this.shortcuts.hidden) this.showShortcuts()
      else this.shortcuts.hidden = true
    },
    escape: () => {
      const open = [this.statistics.element, this.shortcuts].find((panel) => !panel.hidden)
      if (open) open.hidden = true
      return open !== undefined
    },
  }
}

function isWaiting(video: HTMLVideoElement): boolean {
  return video.seeking || (!video.paused && !video.ended && video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA)
}

function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text
}
