using System.Reflection;

namespace CriSharp.Ctl.CommandLine;

internal static class OwnVersion
{
    /// <summary>"0.1.0".</summary>
    public static string Text { get; } =
        (typeof(OwnVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown").Split('+')[0];
}
