using CriSharp.Daemon.Configuration;
using CriSharp.Primitives;

namespace CriSharp.Daemon.CommandLine;

/// <summary>crisharpd config --from-crio: prints the configuration that a crio.conf amounts to, and what of it was left behind.</summary>
internal static class ConvertCrioConf
{
    private const int WouldBeRefused = 1;

    /// <returns>1 where crisharpd would refuse what is printed.</returns>
    public static int Run(string path, TextWriter output, TextWriter remarks)
    {
        var conversion = CrioConversion.Read(path);
        output.Write(ConfigurationText.Of(conversion));
        foreach (var (setting, given) in conversion.Settings)
        {
            remarks.WriteLine($"taken: {given.Source}: {setting.Path}");
        }

        foreach (var table in conversion.Runtimes.Values)
        {
            remarks.WriteLine($"taken: {table.Source}");
        }

        foreach (var key in conversion.Ignored)
        {
            remarks.WriteLine($"left: {key.Place}: {key.Path}: {key.Reason}");
        }

        foreach (var key in conversion.Unknown)
        {
            remarks.WriteLine($"unknown: {key}");
        }

        try
        {
            new OptionsReader(conversion.Settings, conversion.Runtimes).Read();
            return 0;
        }
        catch (RuntimeException refused)
        {
            remarks.WriteLine($"refused on this host: {refused.Message}");
            return WouldBeRefused;
        }
    }
}
