"use strict";
// A chart of Bokeh in the colours of the page: its data are put in by the page's script.
const chart = { made: null };
const colours = () => {
  if (!chart.made) return;
  const style = getComputedStyle(document.body);
  const [ink, dim, line] = ["--ink", "--dim", "--line"].map((name) => style.getPropertyValue(name).trim());
  for (const model of chart.made.document.roots()[0].references()) {
    if (model.type.endsWith("Axis")) Object.assign(model, { axis_label_text_color: ink, major_label_text_color: dim, axis_line_color: dim, major_tick_line_color: dim, minor_tick_line_color: line });
    if (model.type === "Legend") model.label_text_color = ink;
    if (model.type === "Grid") model.grid_line_color = line;
  }
};
const plotted = async (held, axes) => {
  if (!window.CHART) return;
  if (!chart.made) {
    // The data are put in before it is drawn: what is drawn first leaves traces at its edge.
    const whole = JSON.parse(JSON.stringify(CHART), (key, value) => {
      const about = value && value.attributes;
      if (about && about.name in held) about.data = { type: "map", entries: Object.entries(held[about.name]) };
      if (about && about.name in axes) about.axis_label = axes[about.name];
      return value;
    });
    const views = await Bokeh.embed.embed_item(whole, "chart");
    chart.made = { document: views.roots[0].model.document };
  }
  const find = (name) => chart.made.document.get_model_by_name(name);
  for (const [name, data] of Object.entries(held)) find(name).data = data;
  for (const [name, label] of Object.entries(axes)) find(name).axis_label = label;
  colours();
};
document.addEventListener("themed", colours);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", colours);
