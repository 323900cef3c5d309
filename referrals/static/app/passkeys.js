// Passkeys. The browser's own window does the asking; this file carries its answer into the form and sends it.
// A form[data-passkey] is of one of three kinds: "create" and "get" bring the question along as data-options,
// "sign-in" fetches it, since nobody knows yet who is asking.

async function question(form) {
  if (form.dataset.options) return JSON.parse(form.dataset.options);
  const response = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`The question did not come: ${response.status}`);
  return (await response.json()).request_options;
}

async function answer(form) {
  const { create, get } = window.webauthnJSON;
  const asked = await question(form);
  const given = await (form.dataset.passkey === "create" ? create(asked) : get(asked));
  form.elements.credential.value = JSON.stringify(given);
  form.submit();
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const trouble = form.querySelector("[data-passkey-trouble]");
    trouble.hidden = true;
    try {
      await answer(form);
    } catch {
      trouble.hidden = false;
    }
  });
}
