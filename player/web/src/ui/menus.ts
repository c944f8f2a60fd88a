/** What stands in each menu. */
import type { BitacaPlayer } from '../element'
import { ROLES } from '../engine/messages'
import { languageName, rate, type Language, type Words } from '../words'
import type { Section } from './menu'

export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2]

export function qualityMenu(player: BitacaPlayer, words: Words, language: Language): Section[] {
  const { chosenQuality, qualities } = player
  const rungs = [...qualities].sort((a, b) => b.height - a.height || b.bitrate - a.bitrate)
  const twice = (height: number) => rungs.filter((one) => one.height === height).length > 1
  return [{
    heading: words.quality,
    choices: [
      {
        label: words.auto, note: words.autoHint, checked: chosenQuality === 'auto',
        pick: () => player.setQuality('auto'),
      },
      ...rungs.map((one) => ({
        label: qualityName(one.height, one.frameRate) + (twice(one.height) ? ` · ${one.codecs.split('.')[0]}` : ''),
        note: rate(one.bitrate, language),
        checked: chosenQuality === one.id,
        pick: () => player.setQuality(one.id),
      })),
    ],
  }, ...viewMenu(player, words)]
}

function viewMenu(player: BitacaPlayer, words: Words): Section[] {
  const choices = player.views.map((one, index) => ({
    label: one.label || `${words.view} ${index + 1}`,
    checked: one.selected,
    pick: () => player.setView(one.id),
  }))
  return choices.length > 1 ? [{ heading: words.view, choices }] : []
}

/** What a track is for, beside its name. */
function purpose(roles: number, words: Words): string {
  const names = (Object.keys(ROLES) as (keyof typeof ROLES)[]).filter((name) => roles & ROLES[name])
  return names.map((name) => words.purposes[name]).join(', ')
}

export function qualityName(height: number, frameRate = 0): string {
  return `${height}p${frameRate > 40 ? Math.round(frameRate) : ''}`
}

export function audioMenu(player: BitacaPlayer, words: Words, language: Language): Section[] {
  const choices = player.audioTracks.map((one) => ({
    label: one.label || languageName(one.language, language),
    note: [words.channels[one.channels], purpose(one.roles, words), one.group].filter(Boolean).join(' · '),
    checked: one.selected,
    pick: () => player.setAudio(one.id),
  }))
  return [{ heading: words.audio, choices }]
}

export function subtitleMenu(player: BitacaPlayer, words: Words, language: Language): Section[] {
  const off = !player.textTracks.some((one) => one.selected)
  return [{
    heading: words.subtitles,
    choices: [
      { label: words.off, checked: off, pick: () => player.setText(null) },
      ...player.textTracks.map((one) => ({
        label: one.label || languageName(one.language, language),
        note: [one.forced ? words.forced : '', purpose(one.roles, words), one.group].filter(Boolean).join(' · '),
        checked: one.selected,
        pick: () => player.setText(one.id),
      })),
    ],
  }]
}

export interface MoreActions {
  pip: (() => void) | null
  stats: () => void
  shortcuts: () => void
}

export function moreMenu(player: BitacaPlayer, words: Words, language: Language, actions: MoreActions): Section[] {
  const locale = language === 'en' ? 'en' : 'pt-BR'
  return [
    {
      heading: words.speed,
      choices: SPEEDS.map((speed) => ({
        label: `${speed.toLocaleString(locale)}×`, inline: true, checked: player.playbackRate === speed,
        pick: () => (player.playbackRate = speed),
      })),
    },
    {
      choices: [
        ...(actions.pip ? [{ label: words.pip, icon: 'pip' as const, pick: actions.pip }] : []),
        { label: words.stats, icon: 'stats' as const, note: 'I', pick: actions.stats },
        { label: words.shortcuts, icon: 'keyboard' as const, note: '?', pick: actions.shortcuts },
      ],
    },
  ]
}
