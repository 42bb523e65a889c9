// Shows how far the files of the form have gone. Without it the form is sent as any other.
"use strict";
const form = document.getElementById("send");
if (form) {
  const bar = document.getElementById("progress");
  const told = document.getElementById("told");
  const buttons = [...form.querySelectorAll("button")];
  const rest = () => buttons.forEach((each) => { each.disabled = false; });
  form.addEventListener("submit", (event) => {
    if (!form.elements.files.files.length || !event.submitter) return;
    event.preventDefault();
    const parcel = new FormData(form);
    parcel.append(event.submitter.name, event.submitter.value);
    const request = new XMLHttpRequest();
    request.open("POST", location.href);
    request.upload.addEventListener("progress", (step) => {
      if (!step.lengthComputable) return;
      bar.value = 100 * step.loaded / step.total;
      told.textContent = `${form.dataset.sending} ${Math.floor(bar.value)}%`;
    });
    // The answer is a page: after a redirect the one to stand on, else the same form with what is wrong.
    request.addEventListener("load", () => {
      if (request.status < 400) { location.replace(request.responseURL); return; }
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      const problem = page.querySelector(".problem") || page.querySelector("main p");
      told.textContent = problem ? problem.textContent : form.dataset.failed;
      told.className = "problem";
      bar.hidden = true;
      rest();
      told.scrollIntoView({ block: "center" });
    });
    request.addEventListener("error", () => {
      told.textContent = form.dataset.failed;
      told.className = "problem";
      bar.hidden = true;
      rest();
    });
    buttons.forEach((each) => { each.disabled = true; });
    told.className = "aside";
    bar.hidden = false;
    request.send(parcel);
  });
}
