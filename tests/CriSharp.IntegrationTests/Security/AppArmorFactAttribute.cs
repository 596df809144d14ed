namespace CriSharp.IntegrationTests.Security;

/// <summary>Skipped, and says so, on a machine whose kernel doesn't run with AppArmor.</summary>
public sealed class AppArmorFactAttribute : FactAttribute
{
    private const string EnabledFile = "/sys/module/apparmor/parameters/enabled";

    public AppArmorFactAttribute() =>
        Skip = File.Exists(EnabledFile) && File.ReadAllText(EnabledFile).StartsWith('Y') ? null : "this machine's kernel doesn't run with AppArmor";
}
