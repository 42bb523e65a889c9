// A button that copies the text above it. Without it the text is selected and copied by hand.
"use strict";
for (const button of document.querySelectorAll("button[data-copies]")) {
  const text = document.getElementById(button.dataset.copies);
  button.hidden = false;
  button.addEventListener("click", async () => {
    text.select();
    try {
      await navigator.clipboard.writeText(text.value);
    } catch {
      document.execCommand("copy"); // pages that are not https have no clipboard
    }
    button.textContent = button.dataset.done;
  });
}
