export class Try { constructor(host) { host.append('Try'); } update() {} }
