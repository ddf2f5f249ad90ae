export class Sessions { constructor(host) { host.append('Sessions'); } update() {} }
