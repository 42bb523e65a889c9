// What ical.js and node-ical make of the feed: a line of figures each.
import ICAL from "ical.js";
import nodeIcal from "node-ical";

const body = await (await fetch(process.argv[2])).text();
const wanted = body.split("BEGIN:VEVENT").length - 1;

const events = new ICAL.Component(ICAL.parse(body)).getAllSubcomponents("vevent").map((each) => new ICAL.Event(each));
const wholeDays = events.filter((each) => each.startDate.isDate && each.endDate.isDate).length;
console.log(`ical.js: reads ${events.length} entries of ${wanted}, ${wholeDays} of whole days`);

const found = Object.values(nodeIcal.sync.parseICS(body)).filter((each) => each.type === "VEVENT");
const dates = found.filter((each) => each.datetype === "date").length;
console.log(`node-ical: reads ${found.length} entries of ${wanted}, ${dates} of whole days`);
