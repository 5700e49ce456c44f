sortable(by("table"));
open();
