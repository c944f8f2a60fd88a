// Each player behind one face: `start(name, url, licence)` begins to play; `problems` holds what it complained about.
window.problems = []
window.picture = null
// The player says that it is over.
window.finished = false
// It was played to the end: the picture says so, or its player, which then stands there.
window.over = (near) => !!picture && Math.abs(picture.currentTime - picture.duration) < near && (picture.ended || finished)

const element = () => {
  const video = document.createElement('video')
  video.muted = true
  video.playsInline = true
  video.addEventListener('error', () => problems.push(`video: ${video.error?.message}`))
  document.body.append(video)
  window.picture = video
  return video
}

const script = (address) => new Promise((done, failed) => {
  const tag = document.createElement('script')
  tag.src = address
  if (address.endsWith('bitaca-player.js')) tag.type = 'module'
  tag.addEventListener('load', done)
  tag.addEventListener('error', () => failed(new Error(`no ${address}`)))
  document.head.append(tag)
})

const players = {
  async bitaca(url) {
    await script('/player/bitaca-player.js')
    const player = document.createElement('bitaca-player')
    player.addEventListener('error', (event) => problems.push(JSON.stringify(event.detail)))
    player.setAttribute('src', url)
    document.body.append(player)
    await new Promise((done) => {
      const look = setInterval(() => {
        window.picture = player.shadowRoot?.querySelector('video')
        if (picture) {
          clearInterval(look)
          done()
        }
      }, 20)
    })
    picture.muted = true
    await player.play()
  },
  async 'hls.js'(url) {
    await script('/modules/hls.js/dist/hls.min.js')
    const hls = new Hls({ enableWorker: false })
    hls.on(Hls.Events.ERROR, (_, data) => problems.push(`${data.type}: ${data.details}${data.fatal ? ' (fatal)' : ''}`))
    hls.loadSource(url)
    hls.attachMedia(element())
    await picture.play()
  },
  async 'shaka-player'(url, licence) {
    await script('/modules/shaka-player/dist/shaka-player.compiled.js')
    shaka.polyfill.installAll()
    const player = new shaka.Player()
    const told = (error) => problems.push(`shaka ${error.category}/${error.code} ${JSON.stringify(error.data)?.slice(0, 300)}`)
    player.addEventListener('error', (event) => told(event.detail))
    await player.attach(element())
    if (licence) {
      player.configure({ drm: { servers: { 'org.w3.clearkey': licence } } })
      // It takes the MPD's Laurl before the configured server, and resolves it against the page. (Keys of HLS are data: here.)
      player.getNetworkingEngine().registerRequestFilter((type, request) => {
        const asks = type === shaka.net.NetworkingEngine.RequestType.LICENSE
        if (asks && !request.uris[0].startsWith('data:')) request.uris = [licence]
      })
    }
    try {
      await player.load(url)
    } catch (error) {
      told(error)
      return
    }
    await picture.play()
  },
  async 'dash.js'(url, licence) {
    await script('/modules/dashjs/dist/modern/umd/dash.all.min.js')
    const player = dashjs.MediaPlayer().create()
    player.on('error', (event) => problems.push(`dash.js ${event.error?.code} ${event.error?.message}`))
    // Every 200 ms it looks whether the position has reached the end; where that is before the browser says so, it stops
    // the picture itself, which then never has `ended`.
    player.on('playbackEnded', () => (window.finished = true))
    player.initialize(element(), null, true)
    if (licence) player.setProtectionData({ 'org.w3.clearkey': { serverURL: licence, priority: 0 } })
    player.attachSource(url)
  },
}

window.start = (name, url, licence) => {
  players[name](url, licence).catch((error) => problems.push(`${name}: ${error?.message ?? error}`))
}
