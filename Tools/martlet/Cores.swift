import Glibc

/// Cores that this process may use (taskset and cpusets counted).
func availableCores() -> Int {
  max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
}
