// @ts-check
/**
 * The second step with a passkey. The form holds what the browser is to be asked; its answer goes into the form's hidden
 * field and is sent like any other form. Without this script, or where passkeys are not known, the form stays hidden.
 */

/** @param {string} text base64url @returns {Uint8Array} */
function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

/** @param {ArrayBuffer | null} buffer @returns {string} base64url without padding */
function written(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer ?? new ArrayBuffer(0)));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {{ id: string }[] | undefined} list */
const named = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

/** @param {any} options as the server wrote them @returns {Promise<string>} the new passkey, as JSON */
async function create(options) {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: named(options.excludeCredentials),
  };
  const made = /** @type {PublicKeyCredential} */ (await navigator.credentials.create({ publicKey }));
  const response = /** @type {AuthenticatorAttestationResponse} */ (made.response);
  return JSON.stringify({
    id: made.id,
    rawId: written(made.rawId),
    type: made.type,
    response: {
      clientDataJSON: written(response.clientDataJSON),
      attestationObject: written(response.attestationObject),
    },
  });
}

/** @param {any} options as the server wrote them @returns {Promise<string>} the signature, as JSON */
async function get(options) {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: named(options.allowCredentials),
  };
  const signed = /** @type {PublicKeyCredential} */ (await navigator.credentials.get({ publicKey }));
  const response = /** @type {AuthenticatorAssertionResponse} */ (signed.response);
  return JSON.stringify({
    id: signed.id,
    rawId: written(signed.rawId),
    type: signed.type,
    response: {
      clientDataJSON: written(response.clientDataJSON),
      authenticatorData: written(response.authenticatorData),
      signature: written(response.signature),
      userHandle: response.userHandle ? written(response.userHandle) : null,
    },
  });
}

/** @param {HTMLFormElement} form */
function prepare(form) {
  const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("passkey"));
  const problem = /** @type {HTMLElement} */ (form.querySelector("[data-passkey-problem]"));
  const ask = form.dataset.passkey === "create" ? create : get;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    try {
      field.value = await ask(JSON.parse(form.dataset.options ?? "{}"));
      form.submit();
    } catch {
      problem.hidden = false;
    }
  });
}

if ("credentials" in navigator && "PublicKeyCredential" in globalThis) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    prepare(/** @type {HTMLFormElement} */ (form));
  }
  for (const note of document.querySelectorAll("[data-passkey-unable]")) {
    /** @type {HTMLElement} */ (note).hidden = true;
  }
}
