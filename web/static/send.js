// Says before anything is sent what is too much, and shows how far the files have gone.
// Without it the form is sent as any other, and the server says the same.
"use strict";
const form = document.getElementById("send");
if (form) {
  const bar = document.getElementById("progress");
  const told = document.getElementById("told");
  const words = form.dataset;
  const chosen = () => [...form.querySelectorAll("input[type=file]")].flatMap((each) => [...each.files]);

  const say = (text) => {
    told.textContent = text;
    told.className = "problem";
    bar.hidden = true;
    form.querySelectorAll("button").forEach((each) => { each.disabled = false; });
    told.focus();
  };
  const findProblem = () => {
    const files = chosen();
    const large = files.filter((each) => each.size > Number(words.fileLimit));
    if (large.length) return `${large.map((each) => each.name).join(", ")}: ${words.tooLarge}`;
    if (files.length > Number(words.mostFiles)) return words.tooMany;
    const all = files.reduce((sum, each) => sum + each.size, 0);
    return all > Number(words.formLimit) ? words.tooMuch : "";
  };
  // The answer is a page: after a redirect the one to stand on, else the same form with what is wrong.
  const read = (request) => {
    if (request.status < 400) { location.replace(request.responseURL); return; }
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const kept = page.getElementById("kept");
    if (kept) document.getElementById("kept").replaceWith(kept);
    const problem = page.querySelector("#problem p") || page.querySelector("main p");
    say(problem ? problem.textContent : words.failed);
  };

  // Files may be dropped anywhere on the page: beside the field the browser would leave it for the file, and what was
  // typed with it.
  const field = document.getElementById("files");
  const carriesFiles = (event) => [...event.dataTransfer.types].includes("Files");
  document.addEventListener("dragover", (event) => { if (carriesFiles(event)) event.preventDefault(); });
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    const all = new DataTransfer();
    [...field.files, ...event.dataTransfer.files].forEach((each) => all.items.add(each));
    field.files = all.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
  document.getElementById("droppable").hidden = false;
  form.addEventListener("change", (event) => {
    if (event.target.type !== "file") return;
    const problem = findProblem();
    if (problem) say(problem);
    else { told.textContent = ""; told.className = "aside"; }
  });
  form.addEventListener("submit", (event) => {
    if (!chosen().length || !event.submitter) return;
    event.preventDefault();
    const problem = findProblem();
    if (problem) { say(problem); return; }
    const parcel = new FormData(form);
    parcel.append(event.submitter.name, event.submitter.value);
    const request = new XMLHttpRequest();
    request.open("POST", location.href);
    request.upload.addEventListener("progress", (step) => {
      if (!step.lengthComputable) return;
      bar.value = 100 * step.loaded / step.total;
      told.textContent = step.loaded < step.total ? `${words.sending} ${Math.floor(bar.value)}%` : words.sent;
    });
    request.addEventListener("load", () => read(request));
    request.addEventListener("error", () => say(words.failed));
    form.querySelectorAll("button").forEach((each) => { each.disabled = true; });
    told.className = "aside";
    told.textContent = `${words.sending} 0%`;
    bar.value = 0;
    bar.hidden = false;
    request.send(parcel);
  });
}
