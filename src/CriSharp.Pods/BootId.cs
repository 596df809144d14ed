namespace CriSharp.Pods;

/// <summary>Tells one run of the machine from another.</summary>
public static class BootId
{
    private const string Source = "/proc/sys/kernel/random/boot_id";

    /// <summary>The kernel's name for this run of the machine; proc(5).</summary>
    public static string Current { get; } = File.ReadAllText(Source).Trim();
}
