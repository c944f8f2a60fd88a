/** Every word that the player shows, in Portuguese and English. */
export interface Words {
  play: string; pause: string; replay: string; back10: string; forward10: string; next: string; mute: string
  unmute: string; volume: string; seek: string; quality: string; auto: string; autoHint: string; audio: string
  subtitles: string; off: string; more: string; speed: string; normal: string; pip: string; fullscreen: string
  exitFullscreen: string; stats: string; shortcuts: string; skipIntro: string; skipCredits: string; upNext: string; close: string
  live: string; retry: string; support: string; loading: string; stalled: string; rated: Record<string, string>; of: string
  left: string; copied: string; noPip: string; channels: Record<number, string>; forced: string; resumed: string
  startOver: string; view: string; skipBreak: string; purposes: Record<'commentary' | 'caption' | 'description' | 'easy', string>
  statNames: { rung: string; size: string; buffer: string; network: string; dropped: string; why: string; switches: string; engine: string; codecs: string; subtitles: string }
  places: Record<string, string>
  scripts: Record<'asked' | 'shown' | 'failed', string>
  reasons: Record<string, string>
  errors: Record<string, string>
  keys: [string, string][]
}

const PT: Words = {
  play: 'Assistir', pause: 'Pausar', replay: 'Assistir de novo', back10: 'Voltar 10 segundos',
  forward10: 'Avançar 10 segundos', next: 'Próximo episódio', mute: 'Tirar o som', unmute: 'Ligar o som',
  volume: 'Volume', seek: 'Posição no vídeo', quality: 'Qualidade', auto: 'Automática',
  autoHint: 'Acompanha a sua internet', audio: 'Áudio', subtitles: 'Legendas', off: 'Desligadas', more: 'Mais opções',
  speed: 'Velocidade', normal: 'Normal', pip: 'Janela flutuante', fullscreen: 'Tela cheia',
  exitFullscreen: 'Sair da tela cheia', stats: 'Estatísticas', shortcuts: 'Atalhos do teclado',
  skipIntro: 'Pular abertura', skipCredits: 'Pular créditos', upNext: 'Próximo episódio', close: 'Fechar',
  live: 'Ao vivo', retry: 'Tentar de novo', support: 'Código para o suporte', loading: 'Carregando',
  stalled: 'Esperando a internet', of: 'de', left: 'restantes', copied: 'Copiado', channels: { 1: 'mono', 2: 'estéreo', 6: '5.1', 8: '7.1' },
  view: 'Câmera', skipBreak: 'Pular intervalo',
  purposes: { commentary: 'comentários', caption: 'com sons e músicas', description: 'audiodescrição', easy: 'fácil de acompanhar' },
  forced: 'só falas estrangeiras', resumed: 'Continuando de', startOver: 'Voltar ao início',
  noPip: 'A janela flutuante precisa de uma conexão segura (https).',
  rated: {
    L: 'Livre para todos os públicos', 6: 'Não recomendado para menores de 6 anos',
    10: 'Não recomendado para menores de 10 anos', 12: 'Não recomendado para menores de 12 anos',
    14: 'Não recomendado para menores de 14 anos', 16: 'Não recomendado para menores de 16 anos',
    18: 'Não recomendado para menores de 18 anos',
  },
  statNames: {
    rung: 'Qualidade', size: 'Imagem', buffer: 'Reserva', network: 'Internet', dropped: 'Quadros perdidos',
    why: 'Por que esta', switches: 'Trocas e paradas', engine: 'Motor', codecs: 'Formatos', subtitles: 'Legendas',
  },
  places: { worker: 'em segundo plano', page: 'na página', native: 'do navegador' },
  scripts: { asked: 'o estilo original está a caminho', shown: 'no estilo original', failed: 'simples: o estilo original não pôde ser lido' },
  reasons: {
    startup: 'primeira escolha, antes de medir a internet', throughput: 'é o que a sua internet aguenta agora',
    buffer: 'há bastante vídeo guardado', 'low-buffer': 'a reserva está acabando', steady: 'nada mudou desde a última escolha',
    abandoned: 'o trecho anterior demorava demais', chosen: 'você escolheu', viewport: 'a tela não mostraria mais que isso',
    failed: 'a outra qualidade falhou',
  },
  errors: {
    network: 'Não conseguimos falar com o servidor. Já tentamos algumas vezes; confira a sua internet.',
    manifest: 'Este vídeo chegou com um defeito que não sabemos contornar. Já anotamos o que houve.',
    media: 'Um trecho deste vídeo não pôde ser lido, mesmo tentando outra qualidade.',
    drm: 'Este aparelho não recebeu permissão para abrir este vídeo.',
    platform: 'Este navegador não tem o que é preciso para tocar este vídeo. Uma versão recente do Chrome, do Edge, do Firefox ou do Safari resolve.',
    expired: 'A permissão para assistir venceu. Estamos pedindo outra; se demorar, tente de novo.',
    missing: 'Este vídeo não está mais aqui. Ele pode ter sido retirado ou mudado de lugar.',
  },
  keys: [
    ['Espaço ou K', 'assistir ou pausar'], ['J e L', 'voltar ou avançar 10 segundos'], ['← e →', 'voltar ou avançar 5 segundos'],
    ['↑ e ↓', 'volume'], ['M', 'som'], ['C', 'legendas'], ['F', 'tela cheia'], ['P', 'janela flutuante'],
    ['0 a 9', 'ir a um ponto do vídeo'], [', e .', 'quadro a quadro, em pausa'], ['< e >', 'velocidade'],
    ['N', 'próximo episódio'], ['I', 'estatísticas'],
  ],
}

const EN: Words = {
  play: 'Play', pause: 'Pause', replay: 'Watch again', back10: 'Back 10 seconds', forward10: 'Forward 10 seconds',
  next: 'Next episode', mute: 'Mute', unmute: 'Unmute', volume: 'Volume', seek: 'Position in the video',
  quality: 'Quality', auto: 'Automatic', autoHint: 'Follows your connection', audio: 'Audio', subtitles: 'Subtitles',
  off: 'Off', more: 'More options', speed: 'Speed', normal: 'Normal', pip: 'Floating window',
  fullscreen: 'Full screen', exitFullscreen: 'Leave full screen', stats: 'Statistics', shortcuts: 'Keyboard shortcuts',
  skipIntro: 'Skip intro', skipCredits: 'Skip credits', upNext: 'Next episode', close: 'Close', live: 'Live', retry: 'Try again',
  support: 'Code for support', loading: 'Loading', stalled: 'Waiting for the network', of: 'of', left: 'left',
  copied: 'Copied', channels: { 1: 'mono', 2: 'stereo', 6: '5.1', 8: '7.1' }, forced: 'foreign lines only',
  view: 'Camera', skipBreak: 'Skip break',
  purposes: { commentary: 'commentary', caption: 'with sounds and music', description: 'audio description', easy: 'easy to follow' },
  resumed: 'Resuming from', startOver: 'Start over', noPip: 'The floating window needs a secure connection (https).',
  rated: {
    L: 'Suitable for everyone', 6: 'Not recommended under 6', 10: 'Not recommended under 10',
    12: 'Not recommended under 12', 14: 'Not recommended under 14', 16: 'Not recommended under 16',
    18: 'Not recommended under 18',
  },
  statNames: {
    rung: 'Quality', size: 'Picture', buffer: 'Buffered', network: 'Network', dropped: 'Dropped frames',
    why: 'Why this one', switches: 'Switches and stalls', engine: 'Engine', codecs: 'Formats', subtitles: 'Subtitles',
  },
  places: { worker: 'in the background', page: 'on the page', native: 'the browser’s own' },
  scripts: { asked: 'the original style is on its way', shown: 'in the original style', failed: 'plain: the original style could not be read' },
  reasons: {
    startup: 'first choice, before measuring the network', throughput: 'it is what your network carries now',
    buffer: 'plenty is buffered', 'low-buffer': 'little is buffered', steady: 'nothing has changed since the last choice',
    abandoned: 'the last segment took too long', chosen: 'you chose it', viewport: 'the screen would not show more',
    failed: 'the other quality failed',
  },
  errors: {
    network: 'We could not reach the server. We have tried a few times; please check your connection.',
    manifest: 'This video arrived with a defect that we cannot work around. We have taken note of it.',
    media: 'Part of this video could not be read, even in another quality.',
    drm: 'This device was not given permission to open this video.',
    platform: 'This browser lacks what this video needs. A recent Chrome, Edge, Firefox or Safari will play it.',
    expired: 'Your permission to watch has run out. We are asking for another; if it takes long, try again.',
    missing: 'This video is no longer here. It may have been removed or moved.',
  },
  keys: [
    ['Space or K', 'play or pause'], ['J and L', 'back or forward 10 seconds'], ['← and →', 'back or forward 5 seconds'],
    ['↑ and ↓', 'volume'], ['M', 'sound'], ['C', 'subtitles'], ['F', 'full screen'], ['P', 'floating window'],
    ['0 to 9', 'jump within the video'], [', and .', 'frame by frame, while paused'], ['< and >', 'speed'],
    ['N', 'next episode'], ['I', 'statistics'],
  ],
}

/** English names of the content descriptors of the Brazilian rating system, whose own wording is Portuguese. */
const DESCRIPTORS: Record<string, string> = {
  Violência: 'Violence', 'Violência fantasiosa': 'Fantasy violence', 'Violência extrema': 'Extreme violence',
  'Atos criminosos': 'Criminal acts', 'Conteúdo sexual': 'Sexual content', Nudez: 'Nudity',
  'Sexo e nudez': 'Sex and nudity', Drogas: 'Drugs', 'Drogas lícitas': 'Legal drugs',
  'Linguagem imprópria': 'Strong language', 'Linguagem de baixo calão': 'Coarse language',
  Medo: 'Frightening scenes', 'Temas sensíveis': 'Sensitive themes', 'Conteúdo impactante': 'Disturbing content',
  'Livre para todos os públicos': 'Suitable for all audiences', 'Procedimentos médicos': 'Medical procedures',
  'Interações ao vivo': 'Live interactions',
}

export type Language = 'pt' | 'en'

export function languageOf(tag: string | null): Language {
  return tag !== null && /^en\b/i.test(tag) ? 'en' : 'pt'
}

export function words(language: Language): Words {
  return language === 'en' ? EN : PT
}

export function descriptorName(descriptor: string, language: Language): string {
  return language === 'en' ? (DESCRIPTORS[descriptor] ?? descriptor) : descriptor
}

/** "Português", "English", …: a language in the reader's own words, with a capital. */
export function languageName(tag: string, language: Language): string {
  if (!tag || tag === 'und') return 'Original'
  let name = tag
  try {
    name = new Intl.DisplayNames([language === 'en' ? 'en' : 'pt-BR'], { type: 'language' }).of(tag) ?? tag
  } catch {
    // Not a language tag: shown as it was written.
  }
  return name.charAt(0).toUpperCase() + name.slice(1)
}

/** 3725 → "1:02:05". */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0))
  const s = String(whole % 60).padStart(2, '0')
  const m = Math.floor(whole / 60) % 60
  const h = Math.floor(whole / 3600)
  return h > 0 ? `${h}:${String(m).padStart(2, '0')}:${s}` : `${m}:${s}`
}

/** 3725 → "1 h 2 min 5 s", for a screen reader. */
export function spoken(seconds: number): string {
  const whole = Math.max(0, Math.round(Number.isFinite(seconds) ? seconds : 0))
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  return [h ? `${h} h` : '', h || m ? `${m} min` : '', `${s} s`].filter(Boolean).join(' ')
}

export function rate(bitsPerSecond: number, language: Language): string {
  const locale = language === 'en' ? 'en' : 'pt-BR'
  const format = (value: number, digits: number) => value.toLocaleString(locale, { maximumFractionDigits: digits })
  return bitsPerSecond >= 1e6 ? `${format(bitsPerSecond / 1e6, 1)} Mbit/s` : `${format(bitsPerSecond / 1e3, 0)} kbit/s`
}
