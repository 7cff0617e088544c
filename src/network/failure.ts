/** What went wrong on the way to a server and back, by the codes of Node and of its HTTP client. */

const PASSING = /^(ECONNRESET|ECONNREFUSED|ECONNABORTED|EPIPE|ETIMEDOUT|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_(SOCKET|CONNECT_TIMEOUT|HEADERS_TIMEOUT|BODY_TIMEOUT|RES_CONTENT_LENGTH_MISMATCH))$/;

/** Whether the network failed in a way that may pass. */
export function isPassingNetworkError(error: unknown): boolean {
  return PASSING.test(networkCode(error) ?? "");
}

/** Code of a network error, such as `ECONNREFUSED`; of the first one where several addresses were tried. */
export function networkCode(error: unknown): string | undefined {
  const { code, cause, errors } = (error ?? {}) as { code?: unknown; cause?: unknown; errors?: unknown };
  if (typeof code === "string" && code !== "") return code;
  const inner = Array.isArray(errors) ? (errors[0] as unknown) : cause;
  return inner === undefined || inner === error ? undefined : networkCode(inner);
}

/** Whether it is the server's certificate that is not trusted. */
export function isCertificateError(error: unknown): boolean {
  return /CERT|SIGNATURE|SELF_SIGNED|ALTNAME/.test(networkCode(error) ?? "");
}

/** The way out where a certificate is not trusted: who may have signed it is a company, or its proxy. */
export function certificateHint(signer: "a company" | "a company's proxy"): string {
  return `If ${signer} signs it, set GOSLING_CA_FILE or NODE_EXTRA_CA_CERTS to that company's certificates in PEM form.`;
}
