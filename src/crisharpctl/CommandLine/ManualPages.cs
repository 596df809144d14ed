using System.CommandLine;
using CriSharp.Manual.Pages;

namespace CriSharp.Ctl.CommandLine;

/// <summary>crisharpctl(1).</summary>
internal static class ManualPages
{
    public static IReadOnlyDictionary<string, RoffPage> Of(RootCommand root, string date) => new Dictionary<string, RoffPage>
    {
        ["crisharpctl.1"] = CommandPage.Of(
            root, new RoffPage("crisharpctl", "1", date, $"CriSharp {OwnVersion.Text}"), "crisharpctl", "works with pods, containers and images of a container runtime", ["crisharpd(8)", "crisharp.conf(5)"]),
    };
}
