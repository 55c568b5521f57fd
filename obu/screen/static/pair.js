// Trades the pairing token for a cookie, once for this browser.

const form = document.querySelector("#pairing");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await fetch("/pair", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token: form.querySelector("input").value }),
  }).catch(() => null);
  if (answer?.ok) location.reload();
  else form.querySelector("output").textContent = "配对码不正确 Wrong token";
});
