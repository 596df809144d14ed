using System.CommandLine;
using CriSharp.Benchmarks;
using CriSharp.Benchmarks.Images;
using CriSharp.Benchmarks.Listing;
using CriSharp.Benchmarks.Pulls;
using CriSharp.Benchmarks.Sections;
using CriSharp.Benchmarks.Streams;

var endpoints = new Option<string[]>("--endpoint", "-r")
{
    Description = "A runtime to measure, as NAME=SOCKET; may be given several times. Without one, the published crisharpd in folders of its own",
    DefaultValueFactory = _ => [],
};
var image = new Option<string?>("--image") { Description = "An image with busybox's programs that the runtimes can pull; needed with --endpoint" };
var sections = new Option<string[]>("--section", "-s")
{
    Description = $"Which to measure: {string.Join(", ", Section.All.Select(section => section.Name))}; default: all",
    DefaultValueFactory = _ => [.. Section.All.Select(section => section.Name)],
    AllowMultipleArgumentsPerToken = true,
};
var rounds = new Option<int>("--rounds") { Description = "Pods, stops and execs that are measured, per runtime", DefaultValueFactory = _ => 30 };
var megabytes = new Option<int>("--log-megabytes") { Description = "Size of the log that is written", DefaultValueFactory = _ => 500 };

var containers = new Option<int>("--containers") { Description = "How many end, in all", DefaultValueFactory = _ => 1000 };
var batch = new Option<int>("--batch") { Description = "How many end at once", DefaultValueFactory = _ => 500 };
var perPod = new Option<int>("--per-pod") { Description = "Containers of one pod", DefaultValueFactory = _ => 50 };
var restarts = new Option<bool>("--kill-daemon") { Description = "kill -9 the daemon in the middle of each batch's ends, and start it again" };
var ends = new Command("ends", "Has many containers end at once, in many ways, and checks what is reported of each") { containers, batch, perPod, restarts };
ends.SetAction((arguments, cancellationToken) => EndsCommand.RunAsync(
    arguments.GetValue(containers), arguments.GetValue(batch), arguments.GetValue(perPod), arguments.GetValue(restarts), cancellationToken));

var root = new RootCommand("Measures container runtimes over the CRI beside the bare programs that they run: runc, CNI plugins, Debian's conmon")
{
    endpoints, image, sections, rounds, megabytes, ends,
};
root.SetAction(async (arguments, cancellationToken) =>
{
    var unknown = arguments.GetValue(sections)!.Except(Section.All.Select(section => section.Name)).ToList();
    if (unknown.Count > 0)
    {
        await Console.Error.WriteLineAsync($"unknown section: {string.Join(", ", unknown)}");
        return 2;
    }

    await using var bench = await Bench.OpenAsync(arguments.GetValue(endpoints)!, arguments.GetValue(image));
    var plan = new Plan(arguments.GetValue(rounds), arguments.GetValue(megabytes));
    foreach (var section in Section.All.Where(section => arguments.GetValue(sections)!.Contains(section.Name)))
    {
        await Console.Error.WriteLineAsync($"measuring {section.Name} ...");
        await section.RunAsync(bench, plan, cancellationToken);
    }

    await bench.Results.WriteAsync(Console.Out);
    return 0;
});
root.Subcommands.Add(SoakCommand.Create());
root.Subcommands.Add(ListingCommand.Create());
root.Subcommands.Add(StreamsCommand.Create());
root.Subcommands.Add(ImagesCommand.Create());
root.Subcommands.Add(PullsCommand.Create());
return await root.Parse(args).InvokeAsync();
