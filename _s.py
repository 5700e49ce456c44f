import yaml,calc
from tests.analysis.statements_scores import *
for name in ("second","second_traps"):
    for r in yaml.safe_load(open(f"tests/data/statements/{name}.yaml")):
        f=calc.check(r["text"]); got=seen(f); want=r.get("find",[])
        if len(got)!=len(want) or any(g[k]!=v for w,g in zip(want,got) for k,v in w.items()) or bool(f.not_understood)!=r.get("listed",False):
            print("*",r["text"]); 
            for g,a in zip(got,f.answers): print("     ",{k:v for k,v in g.items() if v},a.why[:90])
            for m in f.not_understood: print("   --",m.why)
