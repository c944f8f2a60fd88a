"""The flows only order the work: their tasks are called as functions, without a Prefect server."""

from flows.index import build_index_task, index_flow
from flows.ingest import ingest_flow, ingest_sample_task, ingest_source_task


def test_ingest_then_index(tmp_path, embedded):
    home = embedded.home
    assert len(ingest_sample_task.fn(home).added) >= 40
    source = tmp_path / "more.jsonl"
    source.write_text('{"original_title": "Um", "kind": "film"}\n')
    assert ingest_source_task.fn(source, home).added == ["um"]
    first, second = (build_index_task.fn(home, "minilm", False) for _ in range(2))
    assert first.built and not second.built and first.titles >= 41
    assert (embedded.search / "index.json").is_file()


def test_flows_have_their_names_and_typed_parameters():
    assert (ingest_flow.name, index_flow.name) == ("ingest", "index")
    assert set(ingest_flow.parameters.properties) == {"home", "sources", "sample", "rebuild"}
    assert set(index_flow.parameters.properties) == {"home", "embedder", "force"}
