from calc.workloads.pieces import given
from calc.results import Supposed
class Efficiencies:
    def compute(self, precision, vendor): return given("compute efficiency",.71,"x","x",[Supposed(.51),Supposed(.87)])
    def memory(self): return given("memory efficiency",.74,"x","x",[Supposed(.71),Supposed(.77)])
    def network(self, inside): return given("network efficiency",.8 if inside else .73,"x","x",[Supposed(.7)])
    def tensor_latency(self, tp, inside): return given("lat",{2:12,4:18,8:27}.get(tp,27)*1.0,"us","x",[Supposed(50.)])
    def exchange_latency(self, inside): return given("lat",10.0,"us","x",[Supposed(7.),Supposed(16.)])
    def overlap(self): return given("overlap",.5,"x","x",[Supposed(0.),Supposed(1.)])
