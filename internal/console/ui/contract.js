export class Contract { constructor(host) { host.append('Contract'); } update() {} }
