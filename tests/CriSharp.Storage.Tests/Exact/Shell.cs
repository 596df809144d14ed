using System.Diagnostics;

namespace CriSharp.Storage.Tests.Exact;

internal static class Shell
{
    /// <returns>What it printed. A script that fails fails the test.</returns>
    public static async Task<string> RunAsync(string script, string folder, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("sh", ["-ec", script]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LC_ALL"] = "C.UTF-8";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{script}: {output} {await error}");
        return output;
    }
}
