using System.CommandLine;
using CriSharp.Daemon.Configuration;
using CriSharp.Daemon.Hosting;
using CriSharp.Manual.Pages;

namespace CriSharp.Daemon.CommandLine;

/// <summary>crisharpd(8) from the command tree, and crisharp.conf(5) from the settings.</summary>
internal static class ManualPages
{
    private static readonly string Source = $"CriSharp {DaemonVersion.Document.Version}";

    public static IReadOnlyDictionary<string, RoffPage> Of(RootCommand root, string date) => new Dictionary<string, RoffPage>
    {
        ["crisharpd.8"] = CommandPage.Of(
            root, new RoffPage("crisharpd", "8", date, Source), "crisharpd", "serves the Kubernetes Container Runtime Interface", ["crisharp.conf(5)", "crisharpctl(1)"]),
        ["crisharp.conf.5"] = OfConfiguration(date),
    };

    private static RoffPage OfConfiguration(string date)
    {
        var page = new RoffPage("crisharp.conf", "5", date, Source);
        page.Name("crisharp.conf", "configuration of crisharpd");
        page.Section("DESCRIPTION");
        page.Text($"""
            {ConfigurationFile.DefaultPath} is TOML. Files in {ConfigurationFile.DefaultPath}.d are read after it, sorted by their names; what a later one says counts.
            Flags of crisharpd go before all files. Keys are named as those of a crio.conf where they mean the same; a key that neither crisharpd nor CRI-O has is an error. The variable that stands with each key goes before files.

            In brackets stands what counts where nothing is said. Times are texts such as "30s", "5m" or "4h", sizes such as "512MiB".

            crisharpd config prints what serve would run with; crisharpd config --check says whether a changed one is right.
            """);
        foreach (var table in Settings.All.Where(setting => setting.Key is not null).GroupBy(setting => setting.Table))
        {
            page.Section($"TABLE [{table.Key}]");
            foreach (var setting in table)
            {
                page.Term(Term(setting), $"{setting.Help}. {setting.Variable}; {(setting.IsLive ? "crisharpd reload takes changes up" : "a change wants a restart")}.");
            }
        }

        page.Section("TABLES [crio.runtime.runtimes.NAME]");
        page.Text($"""
            A runtime handler, by which pods name their runtime:

              [crio.runtime.runtimes.crun]
              runtime_path = "/usr/bin/crun"
              runtime_root = "/run/crun"
            """);
        page.Section("SEE ALSO");
        page.Line("crisharpd(8), crisharpctl(1)");
        return page;
    }

    private static string Term(Setting setting) => setting.Repeatable
        ? $"{RoffPage.Bold(setting.Key!)} = [{RoffPage.Italic("TEXT")}, ...]   ({RoffPage.Escape(setting.Flag)})"
        : $"{RoffPage.Bold(setting.Key!)} = {RoffPage.Italic("VALUE")}   ({RoffPage.Escape(setting.Flag)})";
}
