export class Scenarios { constructor(host) { host.append('Scenarios'); } update() {} }
