/**
 * A key system with the API of Encrypted Media Extensions, for the ones that this browser lacks. It decrypts nothing
 * (the media is clear), and refuses whatever comes out of order, as a real one does.
 *
 * `window.keySystem` = { name, message(), robustness?, hdcp?, statuses() } is set by the test before this runs.
 */
(() => {
  const { keySystem } = window
  const calls = (window.keyCalls = [])
  const refuse = (name, why) => {
    calls.push(['refused', why])
    throw new DOMException(why, name)
  }

  class Session extends EventTarget {
    #state = 'new'
    keyStatuses = new Map()

    constructor(keys) {
      super()
      this.keys = keys
      keySystem.sessions = [...(keySystem.sessions ?? []), this]
    }

    async generateRequest(type, data) {
      if (this.#state !== 'new') refuse('InvalidStateError', 'a second request')
      if (!this.keys.types.includes(type)) refuse('NotSupportedError', `initialization data ${type}`)
      if (data.byteLength === 0) refuse('TypeError', 'no initialization data')
      this.#state = 'waiting'
      calls.push(['request', type, [...new Uint8Array(data.buffer ?? data)]])
      queueMicrotask(() => this.ask('license-request'))
    }

    ask(messageType) {
      this.#state = this.#state === 'licensed' ? 'licensed' : 'asked'
      this.dispatchEvent(Object.assign(new Event('message'), { messageType, message: keySystem.message() }))
    }

    async update(answer) {
      if (this.#state !== 'asked' && this.#state !== 'licensed') refuse('InvalidStateError', 'a licence that nobody asked for')
      const text = new TextDecoder().decode(answer)
      if (text !== 'licence') refuse('TypeError', `no licence: ${text}`)
      this.#state = 'licensed'
      calls.push(['licence'])
      this.change(keySystem.statuses())
    }

    change(statuses) {
      this.keyStatuses = new Map(statuses.map(([kid, status]) => [new Uint8Array(kid).buffer, status]))
      this.dispatchEvent(new Event('keystatuseschange'))
    }

    async close() {
      if (this.#state === 'closed') refuse('InvalidStateError', 'closed twice')
      this.#state = 'closed'
      calls.push(['close'])
    }
  }

  class Keys {
    video = null
    types = []
    #begun = false

    createSession() {
      if (!this.video) refuse('InvalidStateError', 'no video has these keys')
      if (keySystem.certificate && !this.certified) refuse('InvalidStateError', 'no certificate yet')
      this.#begun = true
      return new Session(this)
    }

    async setServerCertificate(certificate) {
      if (this.#begun) refuse('InvalidStateError', 'a certificate after the first session')
      if (new TextDecoder().decode(certificate) !== keySystem.certificate) return false
      this.certified = true
      calls.push(['certificate'])
      return true
    }

    async getStatusForPolicy({ minHdcpVersion }) {
      if (!keySystem.hdcp) throw new DOMException('no policies', 'NotSupportedError')
      return Number(minHdcpVersion) <= Number(keySystem.hdcp) ? 'usable' : 'output-restricted'
    }
  }

  navigator.requestMediaKeySystemAccess = async (name, configurations) => {
    const [wanted] = configurations
    const able = [...(wanted.videoCapabilities ?? []), ...(wanted.audioCapabilities ?? [])]
    if (able.length === 0 || able.some((one) => !/codecs=/.test(one.contentType))) refuse('TypeError', 'no codecs')
    calls.push(['ask', name, able[0].robustness, able[0].encryptionScheme ?? null])
    if (name !== keySystem.name) throw new DOMException(name, 'NotSupportedError')
    return {
      keySystem: name,
      getConfiguration: () => wanted,
      createMediaKeys: async () => Object.assign(new Keys(), { types: wanted.initDataTypes }),
    }
  }

  HTMLMediaElement.prototype.setMediaKeys = async function (keys) {
    if (keys && !(keys instanceof Keys)) refuse('TypeError', 'no keys')
    if (keys?.video && keys.video !== this) refuse('QuotaExceededError', 'the keys of another video')
    if (keys) keys.video = this
    calls.push([keys ? 'attach' : 'detach'])
  }
})()
