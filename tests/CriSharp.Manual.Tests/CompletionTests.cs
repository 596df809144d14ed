using System.CommandLine;
using CriSharp.Manual.Completion;
using CriSharp.Manual.Pages;

namespace CriSharp.Manual.Tests;

public class CompletionTests
{
    private static readonly string[] Pods = ["web", "web-2", "db", "a b", "-rf", "x\u001b[31m"];

    [Theory]
    [InlineData("verbs", "", "stop,exec,completion")]
    [InlineData("verbs by their beginning", "s", "stop")]
    [InlineData("options of a verb and of all", "stop -", "--all,-a,--mode,--endpoint,--help,-h")]
    [InlineData("options by their beginning", "stop --a", "--all")]
    [InlineData("fixed values", "stop --mode ", "fast,slow")]
    [InlineData("names, but those that a shell would not take as they are", "stop ", "web,web-2,db")]
    [InlineData("the next of many", "stop db w", "web,web-2")]
    [InlineData("after options with values", "--endpoint x stop -a --mode fast w", "web,web-2")]
    [InlineData("an argument behind the end of options", "stop -- w", "web,web-2")]
    [InlineData("no second verb", "completion ", "bash,fish,zsh")]
    [InlineData("nothing is left to type", "completion bash ", "")]
    public async Task Words_WhenCompleted_AreThoseThatMayStandThere(string what, string typed, string expected)
    {
        var (exitCode, words) = await CompleteAsync(typed);

        Assert.True(exitCode == 0, what);
        Assert.Equal(expected.Split(',', StringSplitOptions.RemoveEmptyEntries).Order(), words.Order());
    }

    [Theory]
    [InlineData("exec web ")]
    [InlineData("exec web ls -")]
    [InlineData("--endpoint ")]
    public async Task Words_WhenOnlyTheShellKnows_AreLeftToIt(string typed) => Assert.Equal(1, (await CompleteAsync(typed)).ExitCode);

    [Fact]
    public async Task Place_WhenAsked_KnowsWhatWasTypedBefore()
    {
        CompletionPlace? asked = null;
        await CompleteAsync("--endpoint=/a stop --mode fast ", place => asked = place);

        Assert.Equal("/a", asked!.Typed["--endpoint"]);
        Assert.Equal("fast", asked.Typed["--mode"]);
        Assert.Equal("POD", asked.ValueName);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public void Scripts_WhenPrinted_NameTheProgramAndItsVerb(string shell)
    {
        var script = CompletionCommand.ScriptFor(shell, "tool");

        Assert.Contains($"{CompleteCommand.Name} --", script, StringComparison.Ordinal);
        Assert.DoesNotContain("PROGRAM", script, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_WhenMadeOfTheTree_TellsVerbsButNotHiddenOnes()
    {
        var root = Tree((_, _) => Task.FromResult<IEnumerable<string>?>(null));
        var page = CommandPage.Of(root, new RoffPage("tool", "1", "", "Tool 1"), "tool", "does things", ["other(1)"]).ToString();

        Assert.Contains(".SS \"stop [POD...]\"\nEnd pods\n", page, StringComparison.Ordinal);
        Assert.Contains("\\fB\\-a\\fR, \\fB\\-\\-all\\fR\nAll\n", page, StringComparison.Ordinal);
        Assert.Contains(".SH \"EXIT STATUS\"\n0 done", page, StringComparison.Ordinal);
        Assert.DoesNotContain("complete\"", page, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string[] Words)> CompleteAsync(string typed, Action<CompletionPlace>? asked = null)
    {
        var root = Tree((place, _) =>
        {
            asked?.Invoke(place);
            return Task.FromResult<IEnumerable<string>?>(place.ValueName == "POD" ? Pods : null);
        });
        using var output = new StringWriter();
        var parsed = root.Parse([CompleteCommand.Name, "--", .. typed.Split(' ')]);
        var exitCode = await parsed.InvokeAsync(new InvocationConfiguration { Output = output });
        return (exitCode, [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')[0])]);
    }

    private static RootCommand Tree(Func<CompletionPlace, CancellationToken, Task<IEnumerable<string>?>> names)
    {
        var root = new RootCommand("A tool.\n\nExit codes: 0 done");
        root.Options.Add(new Option<string?>("--endpoint") { Description = "Where", Recursive = true });
        var mode = new Option<string?>("--mode") { Description = "How" };
        mode.AcceptOnlyFromAmong("fast", "slow");
        var stop = new Command("stop", "End pods");
        stop.Arguments.Add(new Argument<string[]>("POD") { Arity = ArgumentArity.ZeroOrMore });
        stop.Options.Add(new Option<bool>("--all", "-a") { Description = "All" });
        stop.Options.Add(mode);
        var exec = new Command("exec", "Run");
        exec.Arguments.Add(new Argument<string>("POD"));
        exec.Arguments.Add(new Argument<string[]>("COMMAND") { Arity = ArgumentArity.OneOrMore });
        root.Subcommands.Add(stop);
        root.Subcommands.Add(exec);
        root.Subcommands.Add(CompletionCommand.Create("tool"));
        root.Subcommands.Add(CompleteCommand.Create(root, names));
        return root;
    }
}
