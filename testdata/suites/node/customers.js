// A small client of the API, as an application would have one.
export class Customers {
  constructor({ url, token, tenant, version }) {
    Object.assign(this, { url, token, tenant, version });
  }

  async #call(method, customer, location, headers = {}) {
    const response = await fetch(`${this.url}/customers/${customer}/locations/${location}`, {
      method,
      headers: {
        'Authorization': `Bearer ${this.token}`,
        'x-tenant-id': String(this.tenant),
        ...(this.version && { 'x-api-version': this.version }),
        ...headers,
      },
    });
    const body = await response.json();
    if (!response.ok) {
      throw Object.assign(new Error(body.detail), { status: response.status, field: body.field });
    }
    return body;
  }

  get(customer, location, headers) {
    return this.#call('GET', customer, location, headers);
  }

  deactivate(customer, location, headers) {
    return this.#call('DELETE', customer, location, headers);
  }
}
