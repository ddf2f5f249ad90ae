export class World { constructor(host) { host.append('World'); } update() {} }
