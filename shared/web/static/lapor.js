// Optional: every page works without it. Loaded as a module, so only by browsers that can run it.
document.body.classList.add("js-enabled", "govuk-frontend-supported");

try {
  const govuk = await import("/static/vendor/govuk-frontend.min.js");
  govuk.initAll();
} catch {
  // The page is complete without the components' behaviour.
}

// A form is sent once: a second press while the first is on its way does nothing.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 5000);
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
