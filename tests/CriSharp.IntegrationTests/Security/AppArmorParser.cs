using System.Text;
using CriSharp.Linux.Processes;

namespace CriSharp.IntegrationTests.Security;

/// <summary>Loads and removes profiles of the tests' own. apparmor_parser(8)</summary>
internal static class AppArmorParser
{
    /// <param name="how">"-Kr" loads, "-KR" removes.</param>
    public static async Task RunAsync(string how, string profile)
    {
        var run = await ProgramRun.RunAsync(
            new ProgramCommand
            {
                Path = "/usr/sbin/apparmor_parser",
                Arguments = [how],
                StandardInput = Encoding.UTF8.GetBytes(profile),
                TimeLimit = TimeSpan.FromMinutes(1),
            },
            CancellationToken.None);
        Assert.True(run.Exit.IsSuccess, run.StandardErrorText);
    }
}
