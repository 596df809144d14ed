using System.CommandLine;
using CriSharp.Benchmarks;
using CriSharp.Benchmarks.Sections;

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

var root = new RootCommand("Measures container runtimes over the CRI beside the bare programs that they run: runc, CNI plugins, Debian's conmon")
{
    endpoints, image, sections, rounds, megabytes,
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
return await root.Parse(args).InvokeAsync();
