using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CriSharp.Admin;

namespace CriSharp.Daemon.Hosting;

/// <summary>Which daemon this is.</summary>
internal static class DaemonVersion
{
    public static readonly VersionDocument Document = new()
    {
        Name = "crisharp",
        Version = typeof(DaemonVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0",
        Framework = RuntimeInformation.FrameworkDescription,
        AheadOfTime = !RuntimeFeature.IsDynamicCodeCompiled,
    };
}
